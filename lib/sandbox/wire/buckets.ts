import type { WireRequest } from './message.ts';

/**
 * Takes the bucket out of an S3 address: the first part of the path, or the first label of a host that is
 * a name (`bucket.s3.…`, `bucket.localhost`); the path that is left is the one the operations are known by.
 */
export function bucketInPath(request: WireRequest): { bucket?: string; path: string } {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const virtual = /^(.+?)\.(?:s3[.-].*|localhost)$/.exec(host)?.[1];
  if (virtual && virtual !== 's3') return { bucket: virtual, path: request.path };
  const [, bucket, key] = /^\/([^/]*)(?:\/(.*))?$/.exec(request.path) ?? [];
  if (!bucket) return { path: '/' };
  return { bucket: decodeURIComponent(bucket), path: `/${key ?? ''}` };
}
