import { ServiceError } from '../contract.ts';
import type { Bucket } from './bucket.ts';
import { noSuchKey, notImplemented, preconditionFailed } from './errors.ts';
import type { Version } from './version.ts';

/** Refuses what conditional writes do not support, before anything is looked at. */
export function validateWriteConditions({ IfMatch, IfNoneMatch }: any): void {
  if (IfMatch !== undefined && IfNoneMatch !== undefined) {
    throw notImplemented(
      'If-Match,If-None-Match',
      'Multiple conditional request headers present in the request',
    );
  }
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*') throw unacceptable('If-None-Match');
  if (IfMatch === '*') throw unacceptable('If-Match');
}

/** `If-None-Match: *` looks at the newest version only: over a delete marker it succeeds. */
export function checkWriteConditions(bucket: Bucket, { Key, IfMatch, IfNoneMatch }: any): void {
  const current = bucket.current(Key);
  if (IfNoneMatch === '*' && current) throw preconditionFailed('If-None-Match');
  if (IfMatch === undefined) return;
  if (!current) throw noSuchKey(Key);
  if (!sameTag(IfMatch, current.etag)) throw preconditionFailed('If-Match');
}

/** A delete may ask for the ETag of what it deletes; the other conditions are those of directory buckets. */
export function checkDeleteConditions(bucket: Bucket, input: any): void {
  if (input.IfMatchLastModifiedTime !== undefined) throw notImplemented('x-amz-if-match-last-modified-time');
  if (input.IfMatchSize !== undefined) throw notImplemented('x-amz-if-match-size');
  if (input.IfMatch === undefined) return;
  const current = bucket.current(input.Key);
  if (!current) throw noSuchKey(input.Key);
  if (input.IfMatch !== '*' && !sameTag(input.IfMatch, current.etag)) throw preconditionFailed('If-Match');
}

/** Conditions of a read, or of a copy's source, in the order of RFC 9110. */
export interface ReadConditions {
  match: string | undefined;
  noneMatch: string | undefined;
  modifiedSince: Date | undefined;
  unmodifiedSince: Date | undefined;
}

export function checkReadConditions(version: Version, conditions: ReadConditions, now: Date): void {
  const failed = failedCondition(version, conditions, now);
  if (!failed) return;
  if (failed === 'If-None-Match' || failed === 'If-Modified-Since') {
    throw new ServiceError('NotModified', 'Not Modified', { status: 304 });
  }
  throw preconditionFailed(failed);
}

/** A copy answers 412 where a read would answer 304. */
export function checkSourceConditions(version: Version, conditions: ReadConditions, now: Date): void {
  const failed = failedCondition(version, conditions, now);
  if (failed) throw preconditionFailed(`x-amz-copy-source-${failed}`);
}

function failedCondition(version: Version, conditions: ReadConditions, now: Date): string | undefined {
  const { match, noneMatch, modifiedSince, unmodifiedSince } = conditions;
  const modified = version.lastModified;
  if (match !== undefined) {
    if (!sameTag(match, version.etag)) return 'If-Match';
  } else if (unmodifiedSince !== undefined && modified > unmodifiedSince) return 'If-Unmodified-Since';
  if (noneMatch !== undefined) return sameTag(noneMatch, version.etag) ? 'If-None-Match' : undefined;
  // A date in the future is ignored.
  if (modifiedSince !== undefined && modifiedSince <= now && modified <= modifiedSince) {
    return 'If-Modified-Since';
  }
  return undefined;
}

function sameTag(given: string, etag: string): boolean {
  return given.replaceAll('"', '') === etag.replaceAll('"', '');
}

function unacceptable(header: string): ServiceError {
  return notImplemented(header, `We don't accept the provided value of ${header} header for this API`);
}
