import type { CallContext } from '../contract.ts';
import type { Bodies } from './bodies.ts';
import type { Bucket } from './bucket.ts';
import type { Version } from './version.ts';

/** What the object operations work with. */
export interface ObjectStore {
  bucket(name: string): Bucket;
  bodies: Bodies;
  now(): Date;
  /** Throws where the bucket's policy denies the operation. */
  authorize(bucket: Bucket, operation: string, input: any, context: CallContext): void;
}

/** Puts a version on top of its key and throws away the body of the one that it replaces. */
export async function place(
  store: ObjectStore,
  bucket: Bucket,
  draft: Omit<Version, 'id'>,
): Promise<Version> {
  const placed = bucket.add(draft);
  if (placed.replaced?.body) await store.bodies.remove(placed.replaced.body);
  return placed.added;
}

/** S3 keeps times in whole seconds. */
export function seconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}
