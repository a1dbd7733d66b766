import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { scaledClock } from '../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../lib/sandbox/context.ts';
import { S3Service } from '../../lib/sandbox/s3/service.ts';
import { Endpoint } from '../../lib/sandbox/wire/server.ts';

const day = 86_400_000;
let context: ServiceDirectory;
let endpoint: Endpoint;
let s3: S3Client;
let url: string;
let directory: string;
let bucketNumber = 0;
let Bucket: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-test-'));
  context = new ServiceDirectory({
    account: '111122223333',
    region: 'eu-central-1',
    clock: scaledClock(1),
    directory,
    log: () => {},
  });
  endpoint = new Endpoint([context.register(new S3Service(context))], context);
  ({ url } = await endpoint.listen());
  s3 = clientOf({ accessKeyId: 'AKIAOWNER', secretAccessKey: 'x' });
});
beforeEach(async () => {
  Bucket = `bucket-${++bucketNumber}`;
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
});
afterAll(async () => {
  await endpoint.close();
  await rm(directory, { recursive: true });
});

function clientOf(credentials: { accessKeyId: string; secretAccessKey: string }): S3Client {
  return new S3Client({
    endpoint: url,
    region: 'eu-central-1',
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
}

function put(Key: string, Body: string, more: object = {}, client = s3) {
  return client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

async function read(Key: string, more: object = {}): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Body!.transformToString();
}

describe('Object Lock', () => {
  test('protects a version, not the key: overwrites and delete markers go on top, the version stays', async () => {
    const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date(Date.now() + day) };
    const { VersionId } = await put('record', 'first', lock);

    await put('record', 'second');
    const { DeleteMarker } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'record' }));
    const erase = s3.send(
      new DeleteObjectCommand({ Bucket, Key: 'record', VersionId, BypassGovernanceRetention: true }),
    );

    await expect(erase).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(DeleteMarker).toBe(true);
    expect(await read('record', { VersionId })).toBe('first');
    const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect([Versions?.length, DeleteMarkers?.length]).toEqual([2, 1]);
    expect(DeleteMarkers?.[0]?.IsLatest).toBe(true);
  });

  test('COMPLIANCE can only be extended', async () => {
    const Key = 'record';
    const until = (days: number) => new Date(Date.now() + days * day);
    await put(Key, 'x', { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until(2) });
    const retain = (Mode: 'COMPLIANCE' | 'GOVERNANCE', days: number) =>
      s3.send(
        new PutObjectRetentionCommand({
          Bucket,
          Key,
          Retention: { Mode, RetainUntilDate: until(days) },
          BypassGovernanceRetention: true,
        }),
      );

    await expect(retain('COMPLIANCE', 1)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(retain('GOVERNANCE', 3)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(retain('COMPLIANCE', 3)).resolves.toBeDefined();
  });

  test('the bucket’s default applies; explicit headers override it, shorter ones too', async () => {
    await s3.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 10 } },
        },
      }),
    );
    const shorter = new Date(Date.now() + day);

    await put('default', 'x');
    await put('explicit', 'x', { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: shorter });

    const byDefault = await s3.send(new HeadObjectCommand({ Bucket, Key: 'default' }));
    const explicit = await s3.send(new HeadObjectCommand({ Bucket, Key: 'explicit' }));
    expect(byDefault.ObjectLockMode).toBe('COMPLIANCE');
    expect(byDefault.ObjectLockRetainUntilDate!.getTime()).toBeGreaterThan(Date.now() + 9.9 * day);
    expect([explicit.ObjectLockMode, explicit.ObjectLockRetainUntilDate]).toEqual(['GOVERNANCE', shorter]);
  });

  test('a legal hold protects without a date', async () => {
    const { VersionId } = await put('held', 'x');
    const hold = (Status: 'ON' | 'OFF') =>
      s3.send(new PutObjectLegalHoldCommand({ Bucket, Key: 'held', VersionId, LegalHold: { Status } }));
    const erase = () => s3.send(new DeleteObjectCommand({ Bucket, Key: 'held', VersionId }));

    await hold('ON');
    await expect(erase()).rejects.toMatchObject({ name: 'AccessDenied' });
    await hold('OFF');
    await expect(erase()).resolves.toBeDefined();
  });
});

describe('conditional writes', () => {
  test('If-None-Match refuses a second object but succeeds over a delete marker', async () => {
    await put('k', 'one', { IfNoneMatch: '*' });
    await expect(put('k', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });

    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await put('k', 'three', { IfNoneMatch: '*' });

    expect(await read('k')).toBe('three');
  });

  test('of many at once exactly one creates the key', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => put('race', `${index}`, { IfNoneMatch: '*' })),
    );

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('writes of large bodies that overtake each other conflict with 409', async () => {
    const body = 'x'.repeat(2 * 1024 * 1024);

    const results = await Promise.allSettled(
      Array.from({ length: 3 }, () =>
        context.call('s3', 'PutObject', { Bucket, Key: 'large', Body: Buffer.from(body), IfNoneMatch: '*' }),
      ),
    );

    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(errors.map(({ code, status }) => [code, status])).toEqual([
      ['ConditionalRequestConflict', 409],
      ['ConditionalRequestConflict', 409],
    ]);
    expect((await read('large')).length).toBe(body.length);
  });

  test('If-Match replaces only what was read', async () => {
    const { ETag } = await put('lock', '{"epoch":1}');

    await put('lock', '{"epoch":2}', { IfMatch: ETag });

    await expect(put('lock', '{"epoch":3}', { IfMatch: ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await expect(put('absent', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('bucket policy', () => {
  const writer = 'arn:aws:iam::111122223333:role/audit-writer';

  async function deny(statement: object): Promise<void> {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', ...statement }],
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  }

  function clientAs(roleArn: string): S3Client {
    const session = `arn:aws:sts::111122223333:assumed-role/${roleArn.split('/')[1]}/session`;
    return clientOf(context.credentials({ arn: session, roleArn }));
  }

  test('writes without If-None-Match are denied', async () => {
    await deny({
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { Null: { 's3:if-none-match': 'true' } },
    });

    await expect(put('k', 'x')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(put('k', 'x', { IfNoneMatch: '*' })).resolves.toBeDefined();
  });

  test('only the named role writes', async () => {
    await deny({
      Action: ['s3:Put*', 's3:Delete*'],
      Resource: [`arn:aws:s3:::${Bucket}/*`],
      Condition: { ArnNotLike: { 'aws:PrincipalArn': writer } },
    });

    const other = clientAs('arn:aws:iam::111122223333:role/other');
    await expect(put('k', 'x', {}, other)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(put('k', 'x', {}, clientAs(writer))).resolves.toBeDefined();
    expect(await read('k')).toBe('x');
  });

  test('retention is bounded by its remaining days, and delete markers can be denied', async () => {
    await deny({
      Action: ['s3:PutObject', 's3:PutObjectRetention'],
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { NumericLessThan: { 's3:object-lock-remaining-retention-days': '7' } },
    });
    const retained = (days: number) =>
      put('k', 'x', {
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: new Date(Date.now() + days * day),
      });

    await expect(retained(2)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(retained(8)).resolves.toBeDefined();

    await deny({ Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${Bucket}/*` });
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  test('a policy that cannot be evaluated is refused rather than ignored', async () => {
    await expect(
      deny({
        Action: 's3:*',
        Resource: '*',
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      }),
    ).rejects.toMatchObject({ name: 'MalformedPolicy', message: expect.stringContaining('IpAddress') });
  });
});

describe('reading', () => {
  test('lists by prefix and delimiter, a page at a time', async () => {
    for (const key of ['a/1', 'a/2', 'b/1', 'c']) await put(key, key);

    const top = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
    const first = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 3 }));
    const rest = await s3.send(
      new ListObjectsV2Command({ Bucket, ContinuationToken: first.NextContinuationToken }),
    );

    expect(top.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/', 'b/']);
    expect(top.Contents?.map(({ Key }) => Key)).toEqual(['c']);
    expect([first.IsTruncated, rest.Contents?.map(({ Key }) => Key)]).toEqual([true, ['c']]);
  });

  test('lists versions a page at a time, from inside a key', async () => {
    for (const body of ['1', '2', '3']) await put('k', body);

    const first = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
    const rest = await s3.send(
      new ListObjectVersionsCommand({
        Bucket,
        KeyMarker: first.NextKeyMarker,
        VersionIdMarker: first.NextVersionIdMarker,
      }),
    );

    expect([first.Versions?.length, first.IsTruncated]).toEqual([2, true]);
    expect([rest.Versions?.length, rest.IsTruncated]).toEqual([1, false]);
  });

  test('gives ranges, and names what is not there', async () => {
    await put('k', '0123456789');

    const part = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=2-4' }));

    expect(await part.Body?.transformToString()).toBe('234');
    expect([part.ContentRange, part.$metadata.httpStatusCode]).toEqual(['bytes 2-4/10', 206]);
    await expect(read('absent')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'absent' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'k' }))).rejects.toMatchObject(
      { name: 'NoSuchBucket' },
    );
  });
});

describe('checksums', () => {
  const checksum = 'mHBaNg==';

  test('what a client sends is kept, shown on request, and listed', async () => {
    expect(await put('note', 'note', { ChecksumCRC32: undefined })).toMatchObject({
      ChecksumType: 'FULL_OBJECT',
      ChecksumCRC32: expect.stringMatching(/^.{6}==$/),
    });

    const head = (more: object) => s3.send(new HeadObjectCommand({ Bucket, Key: 'note', ...more }));
    expect((await head({})).ChecksumCRC32).toBeUndefined();
    expect((await head({ ChecksumMode: 'ENABLED' })).ChecksumCRC32).toBeDefined();
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions![0]).toMatchObject({ ChecksumAlgorithm: ['CRC32'], ChecksumType: 'FULL_OBJECT' });
  });

  test('a body that does not have its checksum is refused', async () => {
    await expect(put('note', 'another', { ChecksumCRC32: checksum })).rejects.toMatchObject({
      name: 'BadDigest',
    });
  });
});

test('a delete marker has no tags', async () => {
  await put('note', 'note');
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'note' }));

  const Tagging = { TagSet: [{ Key: 'shard', Value: '0' }] };
  await expect(s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'note', Tagging }))).rejects.toMatchObject({
    name: 'MethodNotAllowed',
  });
});
