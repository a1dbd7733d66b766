import * as z from 'zod/mini';

/** The form of a cluster's policy file, version 1. Units are in the names; durations read as `90s`, `30m`, `2h`. */

const pattern = (expression: RegExp, expected: string) =>
  z.string().check(z.regex(expression, `expected ${expected}`));

const text = z.string().check(z.minLength(1), z.maxLength(256));
const sql = z.string().check(z.minLength(1), z.maxLength(20_000));
const whole = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));

const name = pattern(
  /^(?!.*--)[a-z][a-z0-9-]{0,28}[a-z0-9]$/,
  'a name of 2 to 30 small letters, digits and single hyphens',
);
const label = pattern(/^[a-z][a-z0-9-]{0,62}$/, 'a name of small letters, digits and hyphens');
const hostname = pattern(
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'a DNS name in small letters, without a dot at its end',
);
const region = pattern(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS Region such as eu-central-1');
const role = pattern(/^[A-Za-z_][A-Za-z0-9_$.-]{0,62}$/, 'a role name of PostgreSQL');
const duration = pattern(/^[1-9]\d{0,4}[smhd]$/, 'a duration such as 90s, 30m or 2h');
const cidr = pattern(
  /^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)\/(3[0-2]|[12]?\d)$/,
  'an IPv4 range such as 10.0.0.0/16',
);

const rollbackClass = z.strictObject({
  /** Which triggers may run this class without a person. */
  preauthorised: z.array(z.enum(['alarm'])).check(z.maxLength(1)),
  /** Distinct people who must approve, the requester not counted, and how long they are waited for. */
  approval: z.strictObject({ quorum: whole(1, 10), timeoutMinutes: whole(1, 1440) }),
  /** Time after a run's end in which an alarm starts no other. */
  coolDownMinutes: whole(0, 10_080),
  /** Targets that plans and reports are measured against. */
  rto: duration,
  rpo: duration,
});

const invariant = z.strictObject({ name: label, scope: z.enum(['shard']), sql });

const total = z.strictObject({
  name: label,
  sql,
  /** The sum over all shards, as PostgreSQL writes the number. */
  expected: pattern(/^-?\d+(\.\d+)?$/, "a number in quotes, such as '0'"),
  /** Lists the halves of transfers that straddle the restore point. */
  straddling: z.optional(sql),
});

export const policySchema = z.strictObject({
  version: z.literal(1),
  cluster: name,
  engine: z.literal('rds-postgres'),
  database: role,
  residency: z.strictObject({
    accounts: z.array(pattern(/^\d{12}$/, 'an account id of twelve digits in quotes')).check(z.minLength(1)),
    regions: z.array(region).check(z.minLength(1)),
  }),
  network: z.strictObject({
    vpc: pattern(/^vpc-[0-9a-f]{8,17}$/, 'a VPC id'),
    availabilityZones: z
      .array(pattern(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'an Availability Zone'))
      .check(z.minLength(1)),
    subnets: z.array(pattern(/^subnet-[0-9a-f]{8,17}$/, 'a subnet id')).check(z.minLength(1)),
    /** The groups that guard today's databases: our functions are let in. */
    databaseSecurityGroups: z
      .array(pattern(/^sg-[0-9a-f]{8,17}$/, 'a security group id'))
      .check(z.minLength(1)),
    /** From where people may reach a fenced or quarantined database. */
    operators: z.array(cidr),
  }),
  zone: z.strictObject({ id: pattern(/^Z[A-Z0-9]{5,31}$/, 'a hosted zone id'), name: hostname }),
  shards: z.array(z.strictObject({ name, record: hostname })).check(z.minLength(1), z.maxLength(1000)),
  canary: z.array(name).check(z.minLength(1)),
  /** How functions check the databases' certificates; `verify` where absent. */
  connection: z.optional(z.strictObject({ tls: z.enum(['verify', 'off']) })),
  /** Names of secrets in Secrets Manager, each `{"username": …, "password": …}`. */
  logins: z.strictObject({ fencer: text, reader: text, applications: z.array(text).check(z.minLength(1)) }),
  /** Login roles that a fence leaves alone. */
  allowedRoles: z.array(role),
  classes: z.strictObject({
    deploy: z.optional(rollbackClass),
    schema: z.optional(rollbackClass),
    data: z.optional(rollbackClass),
    full: z.optional(rollbackClass),
  }),
  restorePoint: z.strictObject({ marginSeconds: whole(0, 3600), waitMinutes: whole(0, 120) }),
  clones: z.strictObject({
    maxHours: whole(1, 72),
    onFailure: z.enum(['delete', 'keep']),
    retentionDays: whole(1, 35),
  }),
  cutover: z.strictObject({
    freeze: z.enum(['before-move', 'declaration']),
    ttlSeconds: whole(1, 300),
    fenceTimeoutSeconds: whole(5, 100),
    /** Shards opened for writes per wave, canary first; the last wave takes the rest. */
    waves: z.array(whole(1, 1000)).check(z.minLength(1), z.maxLength(5)),
    wavePauseSeconds: whole(0, 3600),
    watchSeconds: whole(0, 86_400),
  }),
  sentinel: z.strictObject({ statementTimeoutMs: whole(100, 60_000) }),
  invariants: z.array(invariant).check(z.maxLength(200)),
  totals: z.array(total).check(z.maxLength(50)),
  tables: z.array(pattern(/^([a-z_][a-z0-9_$]*\.)?[a-z_][a-z0-9_$]*$/, 'a table name')).check(z.minLength(1)),
});

export type Policy = z.infer<typeof policySchema>;
export type RollbackClass = z.infer<typeof rollbackClass>;
export type ClassName = keyof Policy['classes'];
