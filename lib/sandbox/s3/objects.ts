import { type CallContext, ServiceError } from '../contract.ts';
import type { Bodies } from './bodies.ts';
import type { Bucket } from './bucket.ts';
import { conditionalConflict, invalidArgument, invalidRequest, noSuchVersion } from './errors.ts';
import { checkDeletable, requireObjectLock, retentionOfNew } from './lock.ts';
import {
  checkDeleteConditions,
  checkReadConditions,
  checkSourceConditions,
  checkWriteConditions,
  validateWriteConditions,
} from './preconditions.ts';
import { rangeOf } from './range.ts';
import { checkVersionId, isMarker, type Version } from './version.ts';

/** What the object operations work with. */
export interface ObjectStore {
  bucket(name: string): Bucket;
  bodies: Bodies;
  now(): Date;
  /** Throws where the bucket's policy denies the operation. */
  authorize(bucket: Bucket, operation: string, input: any, context: CallContext): void;
}

const storedHeaders = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'Expires',
  'WebsiteRedirectLocation',
];

export async function putObject(store: ObjectStore, input: any, context: CallContext): Promise<object> {
  const bucket = store.bucket(input.Bucket);
  store.authorize(bucket, 'PutObject', input, context);
  validateWriteConditions(input);
  const now = store.now();
  const draft = {
    key: input.Key,
    headers: pick(input, storedHeaders),
    metadata: input.Metadata ?? {},
    tags: tagsOf(input.Tagging),
    retention: retentionOfNew(bucket, input, now),
    legalHold: legalHoldOfNew(bucket, input),
  };
  const before = bucket.versionsOf(input.Key)[0];
  const stored = store.bodies.store(input.Body ?? new Uint8Array());
  const body = stored instanceof Promise ? await stored : stored;
  const condition = input.IfNoneMatch ? 'If-None-Match' : input.IfMatch ? 'If-Match' : undefined;
  // Another write of the same key overtook this one while its body was being stored.
  if (condition && bucket.versionsOf(input.Key)[0] !== before) {
    await store.bodies.remove(body);
    throw conditionalConflict(condition, input.Key);
  }
  checkWriteConditions(bucket, input);
  const { added } = await place(store, bucket, {
    ...draft,
    body,
    etag: body.etag,
    lastModified: seconds(now),
  });
  return { ETag: added.etag, VersionId: writtenId(bucket, added), ServerSideEncryption: 'AES256' };
}

export async function copyObject(store: ObjectStore, input: any, context: CallContext): Promise<object> {
  const bucket = store.bucket(input.Bucket);
  store.authorize(bucket, 'PutObject', input, context);
  validateWriteConditions(input);
  const source = sourceOf(input.CopySource);
  const sourceBucket = store.bucket(source.Bucket);
  store.authorize(sourceBucket, 'GetObject', source, context);
  const original = sourceBucket.find(source.Key, source.VersionId, 'GET');
  const now = store.now();
  checkSourceConditions(
    original,
    {
      match: input.CopySourceIfMatch,
      noneMatch: input.CopySourceIfNoneMatch,
      modifiedSince: input.CopySourceIfModifiedSince,
      unmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
    now,
  );
  const replace = input.MetadataDirective === 'REPLACE';
  const ontoItself = sourceBucket === bucket && source.Key === input.Key && source.VersionId === undefined;
  const conditional = input.IfMatch !== undefined || input.IfNoneMatch !== undefined;
  if (ontoItself && !replace && !conditional) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const retention = retentionOfNew(bucket, input, now);
  const legalHold = legalHoldOfNew(bucket, input);
  const bytes = await store.bodies.read(original.body!);
  const body = await store.bodies.store(bytes);
  checkWriteConditions(bucket, input);
  const { added } = await place(store, bucket, {
    key: input.Key,
    headers: replace ? pick(input, storedHeaders) : original.headers,
    metadata: replace ? (input.Metadata ?? {}) : original.metadata,
    tags: input.TaggingDirective === 'REPLACE' ? tagsOf(input.Tagging) : original.tags,
    retention,
    legalHold,
    body,
    etag: body.etag,
    lastModified: seconds(now),
  });
  return {
    CopyObjectResult: { ETag: added.etag, LastModified: added.lastModified },
    CopySourceVersionId: original.id === 'null' ? undefined : original.id,
    VersionId: bucket.shownId(added),
    ServerSideEncryption: 'AES256',
  };
}

export async function getObject(store: ObjectStore, input: any, context: CallContext): Promise<object> {
  const { bucket, version } = readable(store, 'GetObject', input, context);
  const bytes = await store.bodies.read(version.body!);
  const range = rangeOf(input.Range, bytes.length);
  if (!range) return { ...describe(bucket, version), Body: bytes };
  return {
    ...describe(bucket, version),
    Body: bytes.subarray(range.first, range.last + 1),
    ContentLength: range.last + 1 - range.first,
    ContentRange: `bytes ${range.first}-${range.last}/${bytes.length}`,
  };
}

/** Its errors have no body, so clients make their names up from the status. */
export async function headObject(store: ObjectStore, input: any, context: CallContext): Promise<object> {
  try {
    const { bucket, version } = readable(store, 'HeadObject', input, context);
    return describe(bucket, version);
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) {
      throw new ServiceError('NotFound', 'Not Found', { status: 404 });
    }
    throw error;
  }
}

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
  const { added } = await place(store, bucket, {
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

async function place(store: ObjectStore, bucket: Bucket, draft: Omit<Version, 'id'>) {
  const placed = bucket.add(draft);
  if (placed.replaced?.body) await store.bodies.remove(placed.replaced.body);
  return placed;
}

function readable(store: ObjectStore, operation: string, input: any, context: CallContext) {
  const bucket = store.bucket(input.Bucket);
  store.authorize(bucket, operation, input, context);
  const version = bucket.find(input.Key, input.VersionId, 'GET');
  checkReadConditions(
    version,
    {
      match: input.IfMatch,
      noneMatch: input.IfNoneMatch,
      modifiedSince: input.IfModifiedSince,
      unmodifiedSince: input.IfUnmodifiedSince,
    },
    store.now(),
  );
  return { bucket, version };
}

function describe(bucket: Bucket, version: Version) {
  return {
    ContentType: 'binary/octet-stream',
    ...version.headers,
    AcceptRanges: 'bytes',
    ContentLength: version.body!.size,
    ETag: version.etag,
    LastModified: version.lastModified,
    Metadata: version.metadata,
    VersionId: bucket.shownId(version),
    ServerSideEncryption: 'AES256',
    TagCount: version.tags.length > 0 ? version.tags.length : undefined,
    ObjectLockMode: version.retention?.mode,
    ObjectLockRetainUntilDate: version.retention?.until,
    ObjectLockLegalHoldStatus: version.legalHold,
  };
}

/** A write shows the new version's id only while versioning is on. */
function writtenId(bucket: Bucket, version: Version): string | undefined {
  return bucket.versioning === 'Enabled' ? version.id : undefined;
}

function requireBypassable(bucket: Bucket, input: any): void {
  if (input.BypassGovernanceRetention === undefined || bucket.objectLock) return;
  throw invalidArgument(
    'x-amz-bypass-governance-retention',
    'x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.',
  );
}

function legalHoldOfNew(
  bucket: Bucket,
  { ObjectLockLegalHoldStatus: status }: any,
): 'ON' | 'OFF' | undefined {
  if (status !== undefined) requireObjectLock(bucket);
  return status;
}

/** `bucket/key[?versionId=…]`, percent-encoded, with or without a slash in front. */
function sourceOf(copySource: string): { Bucket: string; Key: string; VersionId: string | undefined } {
  const [path = '', query = ''] = copySource.replace(/^\//, '').split('?versionId=');
  const slash = path.indexOf('/');
  if (slash < 0) throw invalidArgument('x-amz-copy-source', 'Invalid copy source object key', copySource);
  return {
    Bucket: path.slice(0, slash),
    Key: decodeURIComponent(path.slice(slash + 1)),
    VersionId: query || undefined,
  };
}

function tagsOf(header: string | undefined): { Key: string; Value: string }[] {
  return [...new URLSearchParams(header ?? '')].map(([Key, Value]) => ({ Key, Value }));
}

function pick(input: any, names: string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])),
  );
}

/** S3 keeps times in whole seconds. */
function seconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}
