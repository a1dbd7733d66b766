import type { CallContext } from '../contract.ts';
import type { Bucket } from './bucket.ts';
import { checksumMembers, checksumOfNew } from './checksum.ts';
import { conditionalConflict, invalidArgument, invalidRequest } from './errors.ts';
import { requireObjectLock, retentionOfNew } from './lock.ts';
import { checkSourceConditions, checkWriteConditions, validateWriteConditions } from './preconditions.ts';
import { type ObjectStore, place, seconds } from './store.ts';
import type { Version } from './version.ts';

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
    crc32: checksumOfNew(input),
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
  const added = await place(store, bucket, {
    ...draft,
    body,
    etag: body.etag,
    lastModified: seconds(now),
  });
  return {
    ETag: added.etag,
    ...checksumMembers(added),
    VersionId: writtenId(bucket, added),
    ServerSideEncryption: 'AES256',
  };
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
  const added = await place(store, bucket, {
    key: input.Key,
    headers: replace ? pick(input, storedHeaders) : original.headers,
    metadata: replace ? (input.Metadata ?? {}) : original.metadata,
    tags: input.TaggingDirective === 'REPLACE' ? tagsOf(input.Tagging) : original.tags,
    retention,
    legalHold,
    body,
    etag: body.etag,
    crc32: original.crc32,
    lastModified: seconds(now),
  });
  return {
    CopyObjectResult: { ETag: added.etag, LastModified: added.lastModified, ...checksumMembers(added) },
    CopySourceVersionId: original.id === 'null' ? undefined : original.id,
    VersionId: bucket.shownId(added),
    ServerSideEncryption: 'AES256',
  };
}

/** A write shows the new version's id only while versioning is on. */
function writtenId(bucket: Bucket, version: Version): string | undefined {
  return bucket.versioning === 'Enabled' ? version.id : undefined;
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
