import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { send } from './errors.ts';

/** Reads JSON documents of the control bucket. */
export function s3Documents(s3: S3Client, bucket: string) {
  return {
    /** The document and its ETag; undefined where there is none. */
    async read<T>(key: string): Promise<{ value: T; etag: string } | undefined> {
      try {
        const object = await send(s3, new GetObjectCommand({ Bucket: bucket, Key: key }));
        return { value: JSON.parse(await object.Body!.transformToString()) as T, etag: object.ETag! };
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
  };
}
