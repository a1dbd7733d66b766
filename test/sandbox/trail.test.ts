import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { clientSettings, s3Settings } from '../../lib/adapters/aws/clients.ts';
import { bucketSource } from '../../lib/adapters/aws/trail/bucket-source.ts';
import { buildTrust } from '../../lib/adapters/aws/trail/build-trust.ts';
import { exportEvidence } from '../../lib/adapters/aws/trail/export.ts';
import { folderSource } from '../../lib/adapters/aws/trail/folder-source.ts';
import { awsTrail } from '../../lib/adapters/aws/trail/trail.ts';
import { main } from '../../lib/cli/main.ts';
import { parseTrust } from '../../lib/domain/audit/trust.ts';
import { verify } from '../../lib/domain/audit/verifier/verify.ts';
import { scaledClock } from '../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../lib/sandbox/context.ts';
import { KmsService } from '../../lib/sandbox/kms/service.ts';
import { S3Service } from '../../lib/sandbox/s3/service.ts';
import { Endpoint } from '../../lib/sandbox/wire/server.ts';
import { origin, run } from '../unit/audit/fake-store.ts';

/** The real clients against local services, from the first record to the verdict. */

const keyName = 'orders-decide';
let directory: string;
let endpoint: Endpoint;
let s3: S3Client;
let kms: KMSClient;
let keyArn: string;
let bucket: string;
let buckets = 0;
let url: string;

beforeAll(async () => {
  directory = await mkdtemp(pathOf(tmpdir(), 'trail-test-'));
  const context = new ServiceDirectory({
    account: '111122223333',
    region: 'eu-central-1',
    clock: scaledClock(1),
    directory,
    log: () => {},
  });
  endpoint = new Endpoint(
    [context.register(new S3Service(context)), context.register(new KmsService(context))],
    context,
  );
  ({ url } = await endpoint.listen());
  const local = {
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'x' },
  };
  s3 = new S3Client({ ...s3Settings, ...local });
  kms = new KMSClient({ ...clientSettings, ...local });
  const key = await kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' }),
  );
  keyArn = key.KeyMetadata!.Arn!;
});

beforeEach(async () => {
  bucket = `evidence-${++buckets}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  const DefaultRetention = { Mode: 'COMPLIANCE' as const, Days: 30 };
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule: { DefaultRetention } };
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
});

afterAll(async () => {
  s3.destroy();
  kms.destroy();
  await endpoint.close();
  await rm(directory, { recursive: true });
});

const trail = () =>
  awsTrail(
    { EVIDENCE_BUCKET: bucket, EVIDENCE_ORIGIN: origin, SIGNING_KEY_ARN: keyArn, SIGNING_KEY_NAME: keyName },
    { s3, kms },
  )({ function: 'test' });

async function writeRun() {
  const lane = await trail().open(run, { policy: 'a'.repeat(64), reason: 'trying it' });
  await lane.append({ kind: 'notice', step: 'Tell', op: 'Tell.orders', data: { about: 'something' } });
  return lane;
}

const trustText = async () => {
  const keys = [{ duty: 'decide' as const, name: keyName, arn: keyArn }];
  return JSON.stringify(await buildTrust(kms, origin, keys, { retentionDays: 30 }));
};

test('what is written to the bucket verifies in the bucket', async () => {
  await writeRun();

  const verdict = await verify(bucketSource(s3, bucket), parseTrust(await trustText()));

  expect(verdict.findings).toEqual([]);
  expect(verdict.notices.map(({ code }) => code).sort()).toEqual(['SEAL_ABSENT', 'UNLOGGED']);
  expect(verdict.runs).toMatchObject([{ run: run.id, records: 2 }]);
});

test('two writers at one place make a chain', async () => {
  const lane = await writeRun();
  const draft = (op: string) => ({ kind: 'notice' as const, step: op, op, data: { about: op } });

  const both = [trail().at(run, lane.cursor), trail().at(run, lane.cursor)];
  await Promise.all(both.map((writer, index) => writer.append(draft(`Op${index}`))));

  const verdict = await verify(bucketSource(s3, bucket), parseTrust(await trustText()));
  expect(verdict.findings).toEqual([]);
  expect(verdict.runs).toMatchObject([{ records: 4 }]);
});

test('a delete marker and an overlay in the bucket are found', async () => {
  await writeRun();
  const key = (seq: number) => `trail/orders/${run.id}/main/00000${seq}.json`;
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key(0) }));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key(1), Body: 'another' }));

  const verdict = await verify(bucketSource(s3, bucket), parseTrust(await trustText()));

  expect(verdict.findings.map(({ code }) => code).sort()).toEqual(['MARKER', 'OVERLAY']);
});

test('a bucket without locks is found', async () => {
  bucket = `${bucket}-plain`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await writeRun();

  const verdict = await verify(bucketSource(s3, bucket), parseTrust(await trustText()));

  expect(new Set(verdict.findings.map(({ code }) => code))).toEqual(new Set(['LOCK_MODE']));
});

describe('an exported trail', () => {
  let exported: string;
  let trustPath: string;
  const out: string[] = [];
  const errors: string[] = [];
  const io = {
    out: (text: string) => out.push(text),
    err: (line: string) => errors.push(line),
    live: false,
    columns: () => 80,
    rows: () => 24,
  };
  const command = (...args: string[]) =>
    main(['audit', 'verify', exported, '--trust', trustPath, ...args], io);

  beforeEach(async () => {
    out.length = 0;
    errors.length = 0;
    await writeRun();
    exported = await mkdtemp(pathOf(directory, 'export-'));
    trustPath = pathOf(directory, 'trust.json');
    await exportEvidence(s3, bucket, exported);
    await writeFile(trustPath, await trustText());
  });

  const recordPath = () => pathOf(exported, `evidence/trail/orders/${run.id}/main/000001.json`);

  test('says the same as the bucket', async () => {
    const trust = parseTrust(await trustText());

    const ofFolder = await verify(await folderSource(exported), trust);

    expect(ofFolder).toEqual(await verify(bucketSource(s3, bucket), trust));
  });

  test('verifies by the command, which answers 3 for an unproven end', async () => {
    expect(await command()).toBe(3);
    expect(out.join('')).toMatch(/END UNPROVEN/);
  });

  test('is broken after one changed byte, and the command says where', async () => {
    const bytes = await readFile(recordPath());
    bytes[20]! ^= 1;
    await writeFile(recordPath(), bytes);

    expect(await command('--json')).toBe(1);
    expect(JSON.parse(out.join(''))).toMatchObject({ status: 'broken', findings: [{ code: 'SIG' }] });
  });

  test('is broken where a listed file is gone', async () => {
    await unlink(recordPath());

    expect(await command()).toBe(1);
    expect(out.join('')).toMatch(/RECORD_MISSING/);
  });

  test('is broken where a file was added', async () => {
    await writeFile(pathOf(exported, `evidence/trail/orders/${run.id}/main/000002.json`), 'x');

    expect(await command()).toBe(1);
    expect(out.join('')).toMatch(/FOREIGN/);
  });

  test('an empty folder is broken', async () => {
    exported = await mkdtemp(pathOf(directory, 'empty-'));

    expect(await command()).toBe(1);
    expect(out.join('')).toMatch(/TRAIL_MISSING/);
  });

  test('its own trust file is refused unless its SHA-256 is given', async () => {
    trustPath = pathOf(exported, 'trust.json');
    const text = await trustText();
    await writeFile(trustPath, text);

    expect(await command()).toBe(2);
    expect(errors.join('')).toMatch(/inside what it is to judge/);
    expect(await command('--trust-sha256', createHash('sha256').update(text).digest('hex'))).toBe(3);
  });

  test('a listing that is not JSON is wrong use, not a verdict', async () => {
    await appendFile(pathOf(exported, 'evidence/versions.json'), ']');

    expect(await command()).toBe(2);
    expect(errors.join('')).toMatch(/versions\.json is not JSON/);
  });

  test('a trust file with another key under the same name is refused', async () => {
    const trust = JSON.parse(await trustText());
    trust.keys[0].vkey = trust.keys[0].vkey.replace(/.$/, (last: string) => (last === 'A' ? 'B' : 'A'));
    await writeFile(trustPath, JSON.stringify(trust));

    expect(await command()).toBe(2);
    expect(errors.join('')).toMatch(/not the same key/);
  });
});
