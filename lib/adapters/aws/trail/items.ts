import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { RollbackError } from '../../../domain/errors.ts';
import { send } from '../errors.ts';

const list = z.array(z.object({ shard: z.string() }));

/** Reads `runs/<run>/items/<list>.json` of the control bucket: the shards a Map goes through. */
export function s3ShardItems(s3: S3Client, bucket: string) {
  return {
    async shards(run: string, name: string): Promise<string[]> {
      const key = `runs/${run}/items/${name}.json`;
      const command = new GetObjectCommand({ Bucket: bucket, Key: key });
      const { Body } = await send(s3, command, { NoSuchKey: 'InvalidInput' });
      const parsed = z.safeParse(list, JSON.parse((await Body?.transformToString()) ?? 'null'));
      if (parsed.success) return parsed.data.map(({ shard }) => shard);
      throw new RollbackError(
        'InvalidInput',
        `${key} is not a list of { shard }: ${parsed.error.issues[0]!.message}.`,
      );
    },
  };
}
