import { type CallContext, ServiceError } from '../contract.ts';
import type { Bucket } from './bucket.ts';
import { checksumMembers } from './checksum.ts';
import { checkReadConditions } from './preconditions.ts';
import { rangeOf } from './range.ts';
import type { ObjectStore } from './store.ts';
import type { Version } from './version.ts';

export async function getObject(store: ObjectStore, input: any, context: CallContext): Promise<object> {
  const { bucket, version } = readable(store, 'GetObject', input, context);
  const bytes = await store.bodies.read(version.body!);
  const range = rangeOf(input.Range, bytes.length);
  if (!range) return { ...describe(bucket, version), ...checksumIf(input, version), Body: bytes };
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
    return { ...describe(bucket, version), ...checksumIf(input, version) };
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) {
      throw new ServiceError('NotFound', 'Not Found', { status: 404 });
    }
    throw error;
  }
}

/** A part of an object has no checksum. */
function checksumIf({ ChecksumMode }: any, version: Version): object {
  return ChecksumMode === 'ENABLED' ? checksumMembers(version) : {};
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
