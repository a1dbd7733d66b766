import { type CallContext, ServiceError } from '../contract.ts';
import { malformedXml } from './errors.ts';
import { checkRetentionChange, requireObjectLock, retentionOf } from './lock.ts';
import type { ObjectStore } from './store.ts';
import type { Version } from './version.ts';

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
  const version = bucket.find(input.Key, input.VersionId, 'PUT');
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
  const version = bucket.find(input.Key, input.VersionId, 'GET');
  return { TagSet: version.tags, VersionId: bucket.shownId(version) };
}

export async function deleteObjectTagging(
  store: ObjectStore,
  input: any,
  context: CallContext,
): Promise<object> {
  const bucket = store.bucket(input.Bucket);
  store.authorize(bucket, 'DeleteObjectTagging', input, context);
  const version = bucket.find(input.Key, input.VersionId, 'DELETE');
  version.tags = [];
  return { VersionId: bucket.shownId(version) };
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
