import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

/** An object's bytes; of one larger than `limit` the first `limit + 1`, enough to tell that it is. */
export async function readAtMost(answer: GetObjectCommandOutput, limit: number): Promise<Uint8Array> {
  if ((answer.ContentLength ?? 0) <= limit)
    return (await answer.Body?.transformToByteArray()) ?? Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    read += chunk.length;
    if (read > limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit + 1);
}
