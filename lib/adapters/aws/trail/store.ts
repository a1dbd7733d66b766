import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { RecordStore } from '../../../domain/audit/trail.ts';
import { RollbackError } from '../../../domain/errors.ts';
import { send, translateError } from '../errors.ts';
import { readAtMost } from './body.ts';

/** The evidence bucket for writers: every object is written once and never changed. */
export function s3RecordStore(s3: S3Client, bucket: string): RecordStore {
  return {
    async putOnce(key, bytes) {
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: key.endsWith('.json') ? 'text/plain; charset=utf-8' : 'application/octet-stream',
        IfNoneMatch: '*',
      });
      try {
        await s3.send(put);
        return 'created';
      } catch (error) {
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (status === 412) return 'exists';
        if (status === 409) return 'unsure';
        const translated = translateError(error, 'PutObject');
        if (translated instanceof RollbackError && translated.name !== 'Throttled') return 'unsure';
        throw translated;
      }
    },

    async get(key, limit) {
      try {
        const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await readAtMost(answer, limit);
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return undefined;
        throw translateError(error, 'GetObject');
      }
    },

    async *list(prefix) {
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ContinuationToken: token,
        });
        const page = await send(s3, command);
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },

    async date() {
      let date: string | undefined;
      const command = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 });
      command.middlewareStack.add(
        (next) => async (args) => {
          const answer = await next(args);
          date = (answer.response as { headers?: Record<string, string> }).headers?.date;
          return answer;
        },
        { step: 'deserialize', name: 'readDate', priority: 'low' },
      );
      await send(s3, command);
      const time = Date.parse(date ?? '');
      if (Number.isNaN(time)) throw new RollbackError('EvidenceRejected', 'The evidence store told no time.');
      return time;
    },
  };
}
