import { createHash, randomBytes } from 'node:crypto';
import type { Body } from './bodies.ts';
import { invalidArgument } from './errors.ts';

export type LockMode = 'GOVERNANCE' | 'COMPLIANCE';

export interface Retention {
  mode: LockMode;
  until: Date;
}

/** One version of an object, or a delete marker (which has no body). */
export interface Version {
  key: string;
  /** `null` in a bucket without versioning. */
  id: string;
  lastModified: Date;
  body: Body | undefined;
  etag: string;
  /** Base64, where the client that wrote it sent one. */
  crc32?: string | undefined;
  /** Headers that are stored with the object and given back, by their names in the SDK. */
  headers: Record<string, unknown>;
  metadata: Record<string, string>;
  tags: { Key: string; Value: string }[];
  retention: Retention | undefined;
  legalHold: 'ON' | 'OFF' | undefined;
}

export function isMarker(version: Version): boolean {
  return version.body === undefined;
}

/** An id that `checkVersionId` will know for one of ours. */
export function newVersionId(): string {
  const random = randomBytes(21).toString('base64url');
  return random + checkOf(random);
}

/** S3 tells ids that it never gave (InvalidArgument) from those of deleted versions: ours carry a check. */
export function checkVersionId(id: string): void {
  if (id === 'null' || (id.length === 32 && checkOf(id.slice(0, 28)) === id.slice(28))) return;
  throw invalidArgument('versionId', 'Invalid version id specified', id);
}

function checkOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 4);
}
