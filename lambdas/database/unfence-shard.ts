import * as z from 'zod/mini';
import { setLogin } from '../../lib/adapters/postgres/roles.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { shardOf } from '../databases.ts';
import { defineStep } from '../step.ts';
import { type Fence, fenceKey, isOpened, readFence } from './documents.ts';
import type { DatabasePorts } from './ports.ts';

/** Lets exactly those roles log in to the source again that the fence shut out. */
export const unfenceShard = defineStep({
  name: 'UnfenceShard',
  records: 'change',
  reverses: true,
  input: z.object({}),
  output: z.object({ roles: z.array(z.string()) }),
  evidence: (result) => result,
  async run(request, { databases, documents }: DatabasePorts) {
    const [run, shard] = [request.run.id, shardOf(request)];
    const fence = await readFence(documents, run, shard);
    if (fence === undefined) return { roles: [] };
    if (await isOpened(documents, run))
      throw new RollbackError(
        'ReversalFailed',
        `Run ${run} has opened its clones: shard ${shard}'s old database stays fenced, so that it has one writer.`,
      );
    const roles = await databases.asFencer(await databases.source(run, shard), (session) =>
      setLogin(session, fence.roles, true),
    );
    await documents.write(fenceKey(run, shard), { ...fence, proven: false, lifted: true } satisfies Fence);
    return { roles };
  },
});
