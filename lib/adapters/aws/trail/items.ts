import type { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { RollbackError } from '../../../domain/errors.ts';
import { s3Documents } from '../documents.ts';

const list = z.array(z.object({ shard: z.string() }));

/** Reads `runs/<run>/items/<list>.json` of the control bucket: the shards a Map goes through. */
export function s3ShardItems(s3: S3Client, bucket: string) {
  const { read } = s3Documents(s3, bucket);
  return {
    async shards(run: string, name: string): Promise<string[]> {
      const key = `runs/${run}/items/${name}.json`;
      const found = await read<unknown>(key);
      if (found === undefined)
        throw new RollbackError('InvalidInput', `Run ${run} has no list ${name}: no ${key}.`);
      const parsed = z.safeParse(list, found.value);
      if (parsed.success) return parsed.data.map(({ shard }) => shard);
      throw new RollbackError(
        'InvalidInput',
        `${key} is no list of { shard }: ${parsed.error.issues[0]!.message}.`,
      );
    },
  };
}
