import * as z from 'zod/mini';
import { raiseFence, rolesToFence } from '../../lib/adapters/postgres/fence.ts';
import { shardOf } from '../databases.ts';
import { defineStep } from '../step.ts';
import { type Fence, fenceKey, readFence } from './documents.ts';
import type { DatabasePorts } from './ports.ts';

/** Shuts every login outside the allow-list out of the source, ends their sessions and proves that nobody is left. */
export const fenceShard = defineStep({
  name: 'FenceShard',
  records: 'change',
  undo: ({ shard }) => ({ step: 'UnfenceShard', target: shard }),
  input: z.object({}),
  output: z.object({ roles: z.array(z.string()), lsn: z.string(), xid: z.string(), fencedAt: z.string() }),
  evidence: (result) => result,
  async run(request, { databases, documents }: DatabasePorts) {
    const { policy } = databases.options;
    const [run, shard] = [request.run.id, shardOf(request)];
    const { allowedRoles } = databases.options.policy;
    const applications = (await databases.applicationLogins()).map(({ login }) => login.username);
    const earlier = await readFence(documents, run, shard);
    const fence: Fence = { roles: earlier?.lifted ? [] : (earlier?.roles ?? []), proven: false };
    const keep = async (roles: string[]) => {
      fence.roles = [...new Set([...fence.roles, ...roles])];
      await documents.write(fenceKey(run, shard), fence);
    };
    return databases.asFencer(await databases.source(run, shard), async (session) => {
      const roles = await rolesToFence(session, allowedRoles, applications);
      const timeoutMs = policy.cutover.fenceTimeoutSeconds * 1000;
      const { lsn, xid, at } = await raiseFence(session, { allowedRoles, roles, timeoutMs, before: keep });
      const proven = { roles: fence.roles, lsn, xid, fencedAt: at };
      await documents.write(fenceKey(run, shard), { ...proven, proven: true } satisfies Fence);
      return proven;
    });
  },
});
