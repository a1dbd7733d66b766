import { type CallContext, ServiceError } from '../contract.ts';
import type { Bucket } from './bucket.ts';
import { invalidArgument, noSuchVersion } from './errors.ts';
import { checkDeletable } from './lock.ts';
import { checkDeleteConditions } from './preconditions.ts';
import { type ObjectStore, place, seconds } from './store.ts';
import { checkVersionId, isMarker } from './version.ts';

export async function deleteObject(store: ObjectStore, input: any, context: CallContext): Promise<object> {
  const bucket = store.bucket(input.Bucket);
  store.authorize(bucket, 'DeleteObject', input, context);
  requireBypassable(bucket, input);
  checkDeleteConditions(bucket, input);
  return deleteOne(store, bucket, input);
}

export async function deleteObjects(store: ObjectStore, input: any, context: CallContext): Promise<object> {
  const bucket = store.bucket(input.Bucket);
  requireBypassable(bucket, input);
  const Deleted: object[] = [];
  const Errors: object[] = [];
  for (const { Key, VersionId } of input.Delete.Objects) {
    const one = {
      Bucket: input.Bucket,
      Key,
      VersionId,
      BypassGovernanceRetention: input.BypassGovernanceRetention,
    };
    try {
      store.authorize(bucket, 'DeleteObject', one, context);
      const { DeleteMarker, VersionId: affected } = await deleteOne(store, bucket, one);
      Deleted.push({
        Key,
        VersionId,
        ...(DeleteMarker ? { DeleteMarker, DeleteMarkerVersionId: affected } : {}),
      });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      // In a list, an id that S3 never gave is answered like one whose version is gone.
      const shown = error.code === 'InvalidArgument' ? noSuchVersion(Key, VersionId) : error;
      Errors.push({ Key, VersionId, Code: shown.code, Message: shown.message });
    }
  }
  return { Deleted: input.Delete.Quiet ? [] : Deleted, Errors };
}

async function deleteOne(
  store: ObjectStore,
  bucket: Bucket,
  input: any,
): Promise<{ DeleteMarker?: boolean; VersionId?: string }> {
  const { Key, VersionId } = input;
  if (VersionId !== undefined) {
    checkVersionId(VersionId);
    const version = bucket.versionsOf(Key).find(({ id }) => id === VersionId);
    if (!version) return { VersionId };
    checkDeletable(version, store.now(), input.BypassGovernanceRetention === true);
    bucket.remove(Key, VersionId);
    if (version.body) await store.bodies.remove(version.body);
    return isMarker(version) ? { DeleteMarker: true, VersionId } : { VersionId };
  }
  if (bucket.versioning === undefined) {
    const removed = bucket.remove(Key, 'null');
    if (removed?.body) await store.bodies.remove(removed.body);
    return {};
  }
  const added = await place(store, bucket, {
    key: Key,
    lastModified: seconds(store.now()),
    body: undefined,
    etag: '',
    headers: {},
    metadata: {},
    tags: [],
    retention: undefined,
    legalHold: undefined,
  });
  return { DeleteMarker: true, VersionId: added.id };
}

function requireBypassable(bucket: Bucket, input: any): void {
  if (input.BypassGovernanceRetention === undefined || bucket.objectLock) return;
  throw invalidArgument(
    'x-amz-bypass-governance-retention',
    'x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.',
  );
}
