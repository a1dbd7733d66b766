import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { s3Documents } from './documents.ts';
import { send } from './errors.ts';

/** JSON documents of the control bucket that more than one may write: conditional writes only. */
export interface ControlStore {
  read<T>(key: string): Promise<{ value: T; etag: string } | undefined>;
  /** Writes where nothing is there yet; false where something is. */
  create(key: string, value: unknown): Promise<boolean>;
  /** Writes over the version with this ETag; false where another has been written since. */
  replace(key: string, value: unknown, etag: string): Promise<boolean>;
}

export function s3ControlStore(s3: S3Client, bucket: string): ControlStore {
  const { read } = s3Documents(s3, bucket);

  async function put(key: string, value: unknown, condition: { IfNoneMatch?: string; IfMatch?: string }) {
    const Body = JSON.stringify(value);
    try {
      await send(
        s3,
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body,
          ContentType: 'application/json',
          ...condition,
        }),
        // A concurrent write: whether ours or theirs stands is known once asked again.
        { ConditionalRequestConflict: 'ConnectionLost' },
      );
      return true;
    } catch (error) {
      if ((error as Error).name === 'PreconditionFailed') return false;
      throw error;
    }
  }

  return {
    read,
    create: (key, value) => put(key, value, { IfNoneMatch: '*' }),
    replace: (key, value, etag) => put(key, value, { IfMatch: etag }),
  };
}
