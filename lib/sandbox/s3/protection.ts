import { type CallContext, ServiceError } from '../contract.ts';
import type { Bucket } from './bucket.ts';
import { isDeleteMarker, malformedXml } from './errors.ts';
import { checkRetentionChange, requireObjectLock, retentionOf } from './lock.ts';
import type { ObjectStore } from './store.ts';
import { isMarker, type Version } from './version.ts';

export async function putObjectRetention(
  store: ObjectStore,
  input: any,
  context: CallContext,
): Promise<object> {
  const version = lockable(store, 'PutObjectRetention', input, context, 'PUT');
  const now = store.now();
  const wanted = retentionOf(input.Retention, now);
  checkRetentionChange(version, wanted, now, input.BypassGovernanceRetention === true);
  version.retention = wanted;
  return {};
}

export async function getObjectRetention(
  store: ObjectStore,
  input: any,
  context: CallContext,
): Promise<object> {
  const { retention } = lockable(store, 'GetObjectRetention', input, context, 'GET');
  if (!retention) throw notConfigured();
  return { Retention: { Mode: retention.mode, RetainUntilDate: retention.until } };
}

export async function putObjectLegalHold(
  store: ObjectStore,
  input: any,
  context: CallContext,
): Promise<object> {
  if (input.LegalHold?.Status !== 'ON' && input.LegalHold?.Status !== 'OFF') throw malformedXml();
  const version = lockable(store, 'PutObjectLegalHold', input, context, 'PUT');
  version.legalHold = input.LegalHold.Status;
  return {};
}

export async function getObjectLegalHold(
  store: ObjectStore,
  input: any,
  context: CallContext,
): Promise<object> {
  const { legalHold } = lockable(store, 'GetObjectLegalHold', input, context, 'GET');
  if (!legalHold) throw notConfigured();
  return { LegalHold: { Status: legalHold } };
}

export async function putObjectTagging(
  store: ObjectStore,
  input: any,
  context: CallContext,
): Promise<object> {
  const bucket = store.bucket(input.Bucket);
  store.authorize(bucket, 'PutObjectTagging', input, context);
  const version = taggable(bucket, input, 'PUT');
  version.tags = input.Tagging?.TagSet ?? [];
  return { VersionId: bucket.shownId(version) };
}

export async function getObjectTagging(
  store: ObjectStore,
  input: any,
  context: CallContext,
): Promise<object> {
  const bucket = store.bucket(input.Bucket);
  store.authorize(bucket, 'GetObjectTagging', input, context);
  const version = taggable(bucket, input, 'GET');
  return { TagSet: version.tags, VersionId: bucket.shownId(version) };
}

export async function deleteObjectTagging(
  store: ObjectStore,
  input: any,
  context: CallContext,
): Promise<object> {
  const bucket = store.bucket(input.Bucket);
  store.authorize(bucket, 'DeleteObjectTagging', input, context);
  const version = taggable(bucket, input, 'DELETE');
  version.tags = [];
  return { VersionId: bucket.shownId(version) };
}

/** Tags of a key whose newest version is a delete marker: S3 names the marker, where a read would find no key. */
function taggable(bucket: Bucket, { Key, VersionId }: any, method: string): Version {
  const newest = bucket.versionsOf(Key)[0];
  if (VersionId === undefined && newest && isMarker(newest)) throw isDeleteMarker(method);
  return bucket.find(Key, VersionId, method);
}

function lockable(
  store: ObjectStore,
  operation: string,
  input: any,
  context: CallContext,
  method: string,
): Version {
  const bucket = store.bucket(input.Bucket);
  store.authorize(bucket, operation, input, context);
  requireObjectLock(bucket);
  return bucket.find(input.Key, input.VersionId, method);
}

function notConfigured(): ServiceError {
  return new ServiceError(
    'NoSuchObjectLockConfiguration',
    'The specified object does not have a ObjectLock configuration',
    { status: 404 },
  );
}
