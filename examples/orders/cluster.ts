/**
 * Brings the example cluster up as its owner would: parameter group, instances, logins, names, tables, rows.
 * Only through the AWS APIs and SQL as the master user.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateDBInstanceCommand,
  CreateDBParameterGroupCommand,
  DescribeDBInstancesCommand,
  ModifyDBParameterGroupCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { ChangeResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import pg from 'pg';
import { setupStatements } from '../../lib/adapters/postgres/setup.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';
import type { Login } from './workload/connect.ts';

export interface Instance {
  id: string;
  host: string;
  port: number;
}

export interface OrdersCluster {
  shards: { name: string; record: string; instance: Instance }[];
  /** May read every table, may write none; what the rehearsal asks PostgreSQL with. */
  auditor: Login;
  master: Login;
}

export interface ClusterOptions {
  policy: Policy;
  /** Orders over all shards. */
  orders: number;
  /** Security groups of the databases. */
  securityGroups: string[];
  /** Address of an endpoint's name. */
  resolve: (name: string) => Promise<string>;
}

const parameterGroup = 'orders-postgres18';
/** Lag of a DNS record's change as the example's owner set it. */
const ttl = 60;

export async function createCluster(options: ClusterOptions): Promise<OrdersCluster> {
  const { policy } = options;
  const rds = new RDSClient({});
  const master: Login = { username: 'orders_admin', password: password() };
  const auditor: Login = { username: 'orders_auditor', password: password() };
  await createParameterGroup(rds);
  await Promise.all(
    policy.shards.map(({ name }) =>
      rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: `${policy.cluster}-${name}`,
          DBInstanceClass: 'db.r8g.large',
          Engine: 'postgres',
          EngineVersion: '18.4',
          AllocatedStorage: 100,
          StorageType: 'gp3',
          StorageEncrypted: true,
          DBName: policy.database,
          MasterUsername: master.username,
          MasterUserPassword: master.password,
          VpcSecurityGroupIds: options.securityGroups,
          DBParameterGroupName: parameterGroup,
          BackupRetentionPeriod: 7,
          CopyTagsToSnapshot: true,
          DeletionProtection: true,
          Tags: [
            { Key: 'safe-rollback:cluster', Value: policy.cluster },
            { Key: 'safe-rollback:shard', Value: name },
            { Key: 'safe-rollback:role', Value: 'live' },
          ],
        }),
      ),
    ),
  );
  const logins = await createLogins(policy);
  const shards = await Promise.all(
    policy.shards.map(async ({ name, record }) => {
      const instance = await available(rds, `${policy.cluster}-${name}`);
      return { name, record, instance };
    }),
  );
  await createNames(policy, shards);
  const perShard = Math.ceil(options.orders / shards.length);
  await Promise.all(
    shards.map(async ({ instance }) => {
      const address = await options.resolve(instance.host);
      await fill({ address, port: instance.port, policy, master, auditor, logins, orders: perShard });
    }),
  );
  return { shards, auditor, master };
}

async function createParameterGroup(rds: RDSClient): Promise<void> {
  await rds.send(
    new CreateDBParameterGroupCommand({
      DBParameterGroupName: parameterGroup,
      DBParameterGroupFamily: 'postgres18',
      Description: 'The example cluster: commit timestamps tell which transactions a clone has',
    }),
  );
  await rds.send(
    new ModifyDBParameterGroupCommand({
      DBParameterGroupName: parameterGroup,
      Parameters: [
        { ParameterName: 'track_commit_timestamp', ParameterValue: '1', ApplyMethod: 'pending-reboot' },
      ],
    }),
  );
}

/** States that lead to `available`. */
const underway = new Set(['creating', 'backing-up', 'modifying']);

/** Waits until an instance is available and tells where it listens. */
export async function available(rds: RDSClient, id: string): Promise<Instance> {
  for (;;) {
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
    const instance = DBInstances?.[0];
    if (instance?.DBInstanceStatus === 'available')
      return { id, host: instance.Endpoint!.Address!, port: instance.Endpoint!.Port! };
    if (!underway.has(instance?.DBInstanceStatus ?? ''))
      throw new Error(
        `${id}: expected an instance on its way to available, got ${instance?.DBInstanceStatus}`,
      );
    await pause(100);
  }
}

interface Logins {
  fencer: Login;
  reader: Login;
  applications: Login[];
}

async function createLogins(policy: Policy): Promise<Logins> {
  const secrets = new SecretsManagerClient({});
  const make = async (secret: string, username: string): Promise<Login> => {
    const login = { username, password: password() };
    await secrets.send(new CreateSecretCommand({ Name: secret, SecretString: JSON.stringify(login) }));
    return login;
  };
  return {
    fencer: await make(policy.logins.fencer, 'rollback_fencer'),
    reader: await make(policy.logins.reader, 'rollback_reader'),
    applications: await Promise.all(policy.logins.applications.map((secret) => make(secret, 'orders_app'))),
  };
}

async function createNames(policy: Policy, shards: OrdersCluster['shards']): Promise<void> {
  await new Route53Client({}).send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: policy.zone.id,
      ChangeBatch: {
        Changes: shards.map(({ record, instance }) => ({
          Action: 'CREATE',
          ResourceRecordSet: {
            Name: record,
            Type: 'CNAME',
            TTL: ttl,
            ResourceRecords: [{ Value: instance.host }],
          },
        })),
      },
    }),
  );
}

async function fill(options: {
  address: string;
  port: number;
  policy: Policy;
  master: Login;
  auditor: Login;
  logins: Logins;
  orders: number;
}): Promise<void> {
  const { policy, master, auditor, logins } = options;
  const client = new pg.Client({
    host: options.address,
    port: options.port,
    database: policy.database,
    user: master.username,
    password: master.password,
  });
  // A server that is stopped half-way reports it here too; the query in flight fails by it.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(await sqlFile('schema.sql'));
    for (const { username, password: secret } of logins.applications) {
      await client.query(`CREATE ROLE ${username} LOGIN PASSWORD '${secret}'`);
      await client.query(
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${username}`,
      );
      await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${username}`);
    }
    await client.query(`CREATE ROLE ${auditor.username} LOGIN PASSWORD '${auditor.password}'`);
    await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${auditor.username}`);
    for (const statement of setupStatements({
      database: policy.database,
      fencer: logins.fencer,
      reader: logins.reader,
      applicationRoles: logins.applications.map(({ username }) => username),
    })) {
      await client.query(statement);
    }
    await client.query((await sqlFile('seed.sql')).replaceAll(':orders', String(options.orders)));
  } finally {
    await client.end();
  }
}

function sqlFile(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), 'utf8');
}

function password(): string {
  return randomBytes(24).toString('base64url');
}
