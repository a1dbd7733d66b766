import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { send } from './errors.ts';

/** JSON documents of a run in the control bucket, for keys that only one step of one run writes. */
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

    /** Puts the document there, over what there may be: the bucket is versioned. */
    async write(key: string, value: unknown): Promise<void> {
      await send(
        s3,
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: JSON.stringify(value),
          ContentType: 'application/json',
        }),
      );
    },
  };
}
