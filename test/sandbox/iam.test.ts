import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KMSClient, SignCommand } from '@aws-sdk/client-kms';
import {
  CreateDBInstanceCommand,
  DeleteDBInstanceCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import { ChangeResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import {
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Sandbox } from '../../lib/sandbox/index.ts';

/** The stacks' own roles, by the SDK's own clients: what each may do is what its policies say. */

const root = join(import.meta.dirname, '..', '..');
const cdkOut = mkdtempSync(join(tmpdir(), 'safe-rollback-iam-test-'));
const world = JSON.parse(readFileSync(join(root, 'examples/orders/account.json'), 'utf8'));
const evidence = `safe-rollback-evidence-${world.account}-${world.region}`;
const zone = world.hostedZones[0];
let sandbox: Sandbox;
let resources: { logicalId: string; type: string; id: string }[];

beforeAll(async () => {
  const env = { ...process.env, CDK_OUTDIR: cdkOut };
  await promisify(execFile)(process.execPath, ['bin/app.ts'], { cwd: root, env });
  sandbox = await Sandbox.start({ world, clock: { scale: 300 } });
  const deployed = await sandbox.deploy(cdkOut);
  resources = Object.values(deployed).flatMap((stack) =>
    Object.entries(stack.resources).map(([logicalId, resource]) => ({ logicalId, ...resource })),
  );
}, 120_000);

afterAll(async () => {
  await sandbox?.stop();
  rmSync(cdkOut, { recursive: true, force: true });
});

const roles = () => resources.filter(({ type }) => type === 'AWS::IAM::Role').map(({ id }) => id);

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const owner = (): Keys => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = sandbox.environment();
  return { accessKeyId: AWS_ACCESS_KEY_ID!, secretAccessKey: AWS_SECRET_ACCESS_KEY! };
};

const settings = (credentials = owner()) => ({
  endpoint: sandbox.endpoint,
  region: world.region,
  credentials,
  maxAttempts: 1,
});

async function as(role: string) {
  const { Credentials } = await new STSClient(settings()).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${world.account}:role/${role}`,
      RoleSessionName: 'trying',
    }),
  );
  return settings({
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  });
}

/** The names of the errors, by role. */
async function tried(send: (client: Awaited<ReturnType<typeof as>>) => Promise<unknown>) {
  const outcomes = new Map<string, string>();
  for (const role of roles()) {
    const client = await as(role);
    outcomes.set(
      role,
      await send(client).then(
        () => 'done',
        (error: Error) => error.name,
      ),
    );
  }
  return outcomes;
}

const allRefused = () => new Map(roles().map((role) => [role, 'AccessDenied']));

describe('the restore role', () => {
  const live = 'orders-shard-0';
  const candidate = 'orders-shard-0-0123abcd';
  const tags = (role: string) => [
    { Key: 'safe-rollback:cluster', Value: 'orders' },
    { Key: 'safe-rollback:role', Value: role },
  ];
  const create = (DBInstanceIdentifier: string, role: string) =>
    new RDSClient(settings()).send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier,
        DBInstanceClass: 'db.t4g.micro',
        Engine: 'postgres',
        AllocatedStorage: 20,
        MasterUsername: 'orders_admin',
        MasterUserPassword: 'correct-horse-battery',
        Tags: tags(role),
      }),
    );
  const drop = (DBInstanceIdentifier: string) =>
    new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true });
  let rds: RDSClient;

  beforeAll(async () => {
    await create(live, 'live');
    await create(candidate, 'candidate');
    rds = new RDSClient(await as('orders-rollback-restore'));
  }, 60_000);

  test('may not delete an instance without the candidate tag', async () => {
    await expect(rds.send(drop(live))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${world.account}:assumed-role/orders-rollback-restore/trying is not authorized to perform: rds:DeleteDBInstance on resource: arn:aws:rds:${world.region}:${world.account}:db:${live} because no identity-based policy allows the rds:DeleteDBInstance action`,
    });
  });

  test('may not change an instance of no cluster', async () => {
    const modify = new ModifyDBInstanceCommand({ DBInstanceIdentifier: 'elsewhere', MultiAZ: true });

    await expect(rds.send(modify)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test.each([
    ['untagged', []],
    ['as a live instance', [...tags('live'), { Key: 'safe-rollback:run', Value: 'r' }]],
    ['for another cluster', [{ Key: 'safe-rollback:role', Value: 'candidate' }]],
  ])('may not restore %s', async (_how, Tags) => {
    const restore = new RestoreDBInstanceToPointInTimeCommand({
      SourceDBInstanceIdentifier: live,
      TargetDBInstanceIdentifier: 'orders-shard-0-fedc9876',
      UseLatestRestorableTime: true,
      Tags,
    });

    await expect(rds.send(restore)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('is let through to RDS with a candidate', async () => {
    // RDS itself has the last word: it is protected, being made, or gone.
    const outcome = await rds.send(drop(candidate)).then(
      () => 'done',
      (error: Error) => error.name,
    );

    expect(['done', 'InvalidDBInstanceState']).toContain(outcome);
  });
});

describe('evidence', () => {
  const key = 'trail/orders/run/main/000000.json';
  let version: string | undefined;

  beforeAll(async () => {
    const put = new PutObjectCommand({ Bucket: evidence, Key: key, Body: '{}', IfNoneMatch: '*' });
    ({ VersionId: version } = await new S3Client({
      ...(await as('orders-rollback-evidence')),
      forcePathStyle: true,
    }).send(put));
  });

  const object = () => ({ Bucket: evidence, Key: key });
  const s3 = (client: object) => new S3Client({ ...client, forcePathStyle: true });

  test('is deleted by no role', async () => {
    const marker = await tried((client) => s3(client).send(new DeleteObjectCommand(object())));
    const forGood = await tried((client) =>
      s3(client).send(new DeleteObjectCommand({ ...object(), VersionId: version })),
    );

    expect(marker).toEqual(allRefused());
    expect(forGood).toEqual(allRefused());
    expect(roles().length).toBeGreaterThan(12);
  });

  test('has its retention shortened by no role, nor the bucket’s', async () => {
    const Retention = { Mode: 'GOVERNANCE' as const, RetainUntilDate: new Date(Date.now() + 60_000) };
    const ObjectLockConfiguration = {
      ObjectLockEnabled: 'Enabled' as const,
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 1 } },
    };

    const ofObject = await tried((client) =>
      s3(client).send(new PutObjectRetentionCommand({ ...object(), VersionId: version, Retention })),
    );
    const ofBucket = await tried((client) =>
      s3(client).send(new PutObjectLockConfigurationCommand({ Bucket: evidence, ObjectLockConfiguration })),
    );

    expect(ofObject).toEqual(allRefused());
    expect(ofBucket).toEqual(allRefused());
  });
});

describe('names', () => {
  const change = (Name: string, Type: 'CNAME' | 'TXT' = 'CNAME', Value = 'old.example') =>
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zone.id,
      ChangeBatch: {
        Changes: [
          { Action: 'UPSERT', ResourceRecordSet: { Name, Type, TTL: 60, ResourceRecords: [{ Value }] } },
        ],
      },
    });

  test('are changed by the cutover role alone', async () => {
    const outcomes = await tried((client) => new Route53Client(client).send(change(`shard-0.${zone.name}`)));

    expect(outcomes).toEqual(allRefused().set('orders-rollback-cutover', 'done'));
  });

  test.each([
    ['another name', 'elsewhere.', 'CNAME' as const, 'old.example'],
    ['another type', 'shard-0.', 'TXT' as const, '"text"'],
  ])('and only those of the policy, not %s', async (_what, label, type, value) => {
    const route53 = new Route53Client(await as('orders-rollback-cutover'));

    await expect(route53.send(change(`${label}${zone.name}`, type, value))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});

test('who validates does not sign for who acts', async () => {
  const keyOf = (duty: string) =>
    resources.find(({ logicalId }) => logicalId.startsWith(`SigningKey${duty}`))!.id;
  const kms = new KMSClient(await as('orders-rollback-validate'));
  const sign = (KeyId: string) =>
    new SignCommand({
      KeyId,
      Message: Buffer.from('a verdict'),
      MessageType: 'RAW',
      SigningAlgorithm: 'ED25519_SHA_512',
    });

  await expect(kms.send(sign(keyOf('validate')))).resolves.toHaveProperty('Signature');
  await expect(kms.send(sign(keyOf('act')))).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
