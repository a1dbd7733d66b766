import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  AddTagsToResourceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RemoveTagsFromResourceCommand,
} from '@aws-sdk/client-rds';
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { play } from '../../examples/orders/rehearsal/play.ts';
import { Cleanup, type Stage, setStage } from '../../examples/orders/rehearsal/stage.ts';
import { main } from '../../lib/cli/main.ts';

/** What is refused, tried on a running cluster: named error, nothing changed, the refusal on record. */

const cleanup = new Cleanup();
const zone = 'Z0ORDERS0EXAMPLE0001';
const name = 'shard-1.orders.internal';
let stage: Stage;
let directory: string;
let clients: { sfn: SFNClient; rds: RDSClient; route53: Route53Client; s3: S3Client; lambda: LambdaClient };
let machine: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'refusals-'));
  stage = await setStage({ directory, shards: 2, orders: 200, progress: () => {}, cleanup });
  clients = {
    sfn: new SFNClient(),
    rds: new RDSClient(),
    route53: new Route53Client(),
    s3: new S3Client({ forcePathStyle: true }),
    lambda: new LambdaClient(),
  };
  machine = stage.outputs.RollbackMachineArn!;
  // The sentinel's good pass gives the restore point that most of these runs would have.
  await play(stage, { say: () => {}, follow: async () => {} }).calm();
  // And a first run makes the lock, which is compared before and after each.
  await ended({ reason: 'until there is a lock', mode: 'plan' });
}, 120_000);

afterAll(async () => {
  await cleanup.run();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

async function begin(input: unknown): Promise<string> {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  const { executionArn } = await clients.sfn.send(
    new StartExecutionCommand({ stateMachineArn: machine, input: text }),
  );
  return executionArn!;
}

async function endOf(executionArn: string) {
  for (;;) {
    const execution = await clients.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
    await pause(50);
  }
}

const ended = async (input: unknown) => endOf(await begin(input));

/** What a run could change: instances and their groups, names, the lock. */
async function world() {
  const { DBInstances = [] } = await clients.rds.send(new DescribeDBInstancesCommand());
  const { ResourceRecordSets = [] } = await clients.route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: zone }),
  );
  return {
    instances: DBInstances.map((one) => [
      one.DBInstanceIdentifier,
      one.DBInstanceStatus,
      one.VpcSecurityGroups,
      one.TagList,
    ]),
    names: ResourceRecordSets.filter(({ Type }) => Type !== 'SOA'),
    holder: await control('locks/orders.json').then(({ run }) => run),
  };
}

async function object(Bucket: string, Key: string): Promise<string> {
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
  return Body!.transformToString();
}

const control = async (key: string) =>
  JSON.parse(await object('orders-rollback-control-111122223333-eu-central-1', key));

/** Whether one of the newest records is this execution's refusal. */
async function isOnRecord(executionArn: string): Promise<boolean> {
  const Bucket = 'safe-rollback-evidence-111122223333-eu-central-1';
  const { Contents = [] } = await clients.s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: 'trail/orders/' }),
  );
  const newest = Contents.toSorted((one, other) => Number(other.LastModified) - Number(one.LastModified));
  for (const { Key } of newest.slice(0, 40)) {
    const text = await object(Bucket, Key!);
    if (text.includes('"kind":"refusal"') && text.includes(executionArn)) return true;
  }
  return false;
}

async function isRefused(input: unknown, error: string, cause: RegExp): Promise<void> {
  const before = await world();
  const execution = await ended(input);

  expect(execution).toMatchObject({ status: 'FAILED', error, cause: expect.stringMatching(cause) });
  expect(execution.cause).not.toMatch(/trace|node_modules/);
  expect(await isOnRecord(execution.executionArn!)).toBe(true);
  expect(await world()).toEqual(before);
}

const plan = { reason: 'to be refused', mode: 'plan' };
const hour = 3_600_000;
const after = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

describe('an input', () => {
  test.each<[string, () => unknown, string, RegExp]>([
    ['without a reason', () => ({}), 'InvalidInput', /reason: expected a string, got nothing/],
    ['with an empty reason', () => ({ reason: '' }), 'InvalidInput', /reason: expected at least 1/],
    [
      'with a number for a reason',
      () => ({ reason: -1 }),
      'InvalidInput',
      /reason: expected a string, got -1/,
    ],
    [
      'with an unknown field',
      () => ({ ...plan, force: true }),
      'InvalidInput',
      /force: expected no such field/,
    ],
    ['with an unknown mode', () => ({ ...plan, mode: 'maybe' }), 'InvalidInput', /mode: expected .*"maybe"/],
    ['with an unknown class', () => ({ ...plan, class: 'net' }), 'InvalidInput', /class: expected .*"net"/],
    ['with a class that the policy lacks', () => ({ ...plan, class: 'schema' }), 'InvalidInput', /class/],
    ['that is a list', () => [], 'InvalidInput', /expected an object, got \[\]/],
    ['that is a text', () => '"please"', 'InvalidInput', /expected an object, got "please"/],
    ['with a book for a reason', () => ({ reason: 'x'.repeat(200_000) }), 'InvalidInput', /at most 1000/],
    [
      'with SQL for an incident',
      () => ({ ...plan, incident: "x'; DROP" }),
      'InvalidInput',
      /incident: expected/,
    ],
    [
      'with a list for a commander',
      () => ({ ...plan, commander: [] }),
      'InvalidInput',
      /commander: expected/,
    ],
    ['with a word for a time', () => ({ ...plan, restoreTo: 'noon' }), 'InvalidInput', /RFC 3339/],
    [
      'with a time without zone',
      () => ({ ...plan, restoreTo: '2026-11-22T03:04:05' }),
      'InvalidInput',
      /zone/,
    ],
    [
      'with a day that is none',
      () => ({ ...plan, restoreTo: '2026-02-30T00:00:00Z' }),
      'InvalidInput',
      /2026-02-30/,
    ],
    [
      'with a number for a time',
      () => ({ ...plan, restoreTo: 7 }),
      'InvalidInput',
      /restoreTo: expected a string/,
    ],
    [
      'with a time to come',
      () => ({ ...plan, restoreTo: after(hour) }),
      'RestorePointInFuture',
      /before now, .*got/,
    ],
    [
      'with a time before the first backup',
      () => ({ ...plan, restoreTo: after(-100 * hour) }),
      'RestorePointOutsideWindow',
      /can be restored: shard-0 from .*shard-1 from/,
    ],
  ])('%s', async (_, input, error, cause) => {
    await isRefused(input(), error, cause);
  });

  test('of 300 KiB is refused by Step Functions itself', async () => {
    await expect(begin({ reason: 'x'.repeat(300 * 1024) })).rejects.toThrow(/262144|256|input/i);
  });
});

async function standing(): Promise<ResourceRecordSet> {
  const { ResourceRecordSets = [] } = await clients.route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: zone }),
  );
  return ResourceRecordSets.find((record) => record.Name === `${name}.`)!;
}

/** Puts another record, or none, where the shard's name stands, for as long as `during` takes. */
async function withRecord(record: ResourceRecordSet | undefined, during: () => Promise<void>) {
  const own = await standing();
  const change = (Action: 'CREATE' | 'DELETE', ResourceRecordSet: ResourceRecordSet) => ({
    Action,
    ResourceRecordSet,
  });
  const apply = (Changes: ReturnType<typeof change>[]) =>
    clients.route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes } }),
    );
  const put = record ? [change('CREATE', record)] : [];
  await apply([change('DELETE', own), ...put]);
  try {
    await during();
  } finally {
    await apply([...(record ? [change('DELETE', record)] : []), change('CREATE', own)]);
  }
}

describe('a name', () => {
  const cname = (Value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
    Name: name,
    Type: 'CNAME',
    TTL: 60,
    ResourceRecords: [{ Value }],
    ...more,
  });

  test.each<[string, () => ResourceRecordSet | undefined, RegExp]>([
    ['that is gone', () => undefined, /one CNAME .* got none such/],
    ['that is an address', () => ({ ...cname('10.20.1.7'), Type: 'A' }), /one CNAME .* got none such/],
    [
      'that is two addresses',
      () => ({ ...cname(''), Type: 'A', ResourceRecords: [{ Value: '10.20.1.7' }, { Value: '10.20.1.8' }] }),
      /one CNAME .* got none such/,
    ],
    [
      'that is weighted',
      () => cname(stage.cluster.shards[1]!.instance.host, { SetIdentifier: 'blue', Weight: 10 }),
      /no routing policy/,
    ],
    [
      'that leads to an instance that is gone',
      () => cname('orders-shard-9.c9lpiqtaoo3d.eu-central-1.rds.amazonaws.com'),
      /a CNAME to an RDS instance of this account, got orders-shard-9/,
    ],
    [
      'that somebody led to another shard by hand',
      () => cname(stage.cluster.shards[0]!.instance.host),
      /an instance of shard-1, got orders-shard-0, which is tagged as shard-0/,
    ],
  ])('%s', async (_, record, cause) => {
    await withRecord(record(), () => isRefused(plan, 'RecordUnexpected', cause));
  });
});

test('a second run while one waits for approval is refused, and names the first', async () => {
  const first = await begin({ reason: 'waits for people', commander: 'eve' });
  await until(() => control('locks/orders.json').then(({ execution }) => execution === first));

  await isRefused(plan, 'LockHeld', new RegExp(`Expected a free lock, got run .* is ${first}`));

  await clients.sfn.send(new StopExecutionCommand({ executionArn: first }));
  await until(() => control('locks/orders.json').then(({ run }) => run === null));
  expect(await control('locks/orders.json')).toMatchObject({ run: null });
}, 60_000);

test('what people deny ends as it began; afterwards nobody can vote', async () => {
  const before = await world();
  const executionArn = await begin({ reason: 'asks people', commander: 'root' });
  await until(() => voted('deny', executionArn, 0));
  const execution = await endOf(executionArn);

  expect(execution).toMatchObject({ error: 'ApprovalDenied', cause: 'root denied the run: not tonight.' });
  expect(await voted('approve', executionArn, 2)).toBe(true);
  expect(await isOnRecord(executionArn)).toBe(true);
  expect(await world()).toEqual(before);
}, 60_000);

/** Whether the command ends with this status. */
async function voted(decision: string, executionArn: string, status: number): Promise<boolean> {
  const io = { out: () => {}, err: () => {}, live: false, columns: () => 80, rows: () => 24 };
  return (await main([decision, executionArn, '--reason', 'not tonight'], io)) === status;
}

describe('an account', () => {
  const arn = 'arn:aws:rds:eu-central-1:111122223333:db:orders-shard-1';
  const tag = { Key: 'safe-rollback:cluster', Value: 'orders' };

  test('whose instance is not tagged as this cluster’s', async () => {
    await clients.rds.send(new RemoveTagsFromResourceCommand({ ResourceName: arn, TagKeys: [tag.Key] }));
    await isRefused(plan, 'RecordUnexpected', /carry the tag safe-rollback:cluster=orders, got no such tag/);
    await clients.rds.send(new AddTagsToResourceCommand({ ResourceName: arn, Tags: [tag] }));
  });

  test('whose instance keeps no backups', async () => {
    const keep = (BackupRetentionPeriod: number) =>
      clients.rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: 'orders-shard-1',
          BackupRetentionPeriod,
          ApplyImmediately: true,
        }),
      );
    await keep(0);
    await until(async () => (await retention()) === 0);
    await isRefused(plan, 'RestorePointOutsideWindow', /shard-1: expected orders-shard-1 to have backups/);
    await keep(7);
  });

  async function retention(): Promise<number | undefined> {
    const { DBInstances } = await clients.rds.send(
      new DescribeDBInstancesCommand({ DBInstanceIdentifier: 'orders-shard-1' }),
    );
    const [one] = DBInstances!;
    return one!.DBInstanceStatus === 'available' ? one!.BackupRetentionPeriod : undefined;
  }
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 200 && !(await holds()); look++) await pause(50);
}

describe('an event', () => {
  const ring = {
    id: 'e',
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    detail: { alarmName: 'orders-rollback-needed', state: { value: 'ALARM' } },
  };

  async function trigger(event: unknown) {
    const { Payload } = await clients.lambda.send(
      new InvokeCommand({ FunctionName: 'orders-rollback-trigger', Payload: JSON.stringify(event) }),
    );
    return JSON.parse(Payload!.transformToString());
  }

  async function runs(): Promise<number> {
    const { executions = [] } = await clients.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: machine, maxResults: 1000 }),
    );
    return executions.length;
  }

  test.each<[string, unknown, RegExp]>([
    ['that is null', null, /source: expected .* got nothing/],
    ['of another service', { ...ring, source: 'aws.ec2' }, /source: expected .*, got "aws.ec2"/],
    ['without its alarm', { ...ring, detail: {} }, /detail.alarmName: expected a string/],
    ['of a state that is none', { ...ring, detail: { ...ring.detail, state: { value: 7 } } }, /detail.state/],
  ])('%s starts nothing', async (_, event, message) => {
    const before = await runs();

    expect(await trigger(event)).toMatchObject({
      errorType: 'InvalidInput',
      errorMessage: expect.stringMatching(message),
    });
    expect(await runs()).toBe(before);
  });

  test('that lies about an alarm at rest starts nothing, however often it comes', async () => {
    const before = await runs();
    const unknown = { ...ring, detail: { ...ring.detail, alarmName: 'somebody-else' } };

    for (const answer of await Promise.all([ring, ring, unknown, unknown].map(trigger)))
      expect(answer).toMatchObject({ done: 'nothing', why: expect.stringContaining('is not in ALARM') });
    expect(await runs()).toBe(before);
  });
});
