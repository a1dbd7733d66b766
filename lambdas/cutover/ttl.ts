import * as z from 'zod/mini';
import { movesOf } from '../../lib/domain/run/names-of-shards.ts';
import { defineStep } from '../step.ts';
import { leadsOf } from './leads.ts';
import type { CutoverPorts } from './ports.ts';

/** Within this a change reaches all of Route 53's servers: until then the old TTL is still handed out. */
const propagationSeconds = 60;

/** Lowers the TTL of every record, so that the move is seen within seconds. Answers how long to wait before it. */
export const LowerTtl = defineStep({
  name: 'LowerTtl',
  records: 'change',
  undo: ({ run }) => ({ step: 'RestoreTtl', target: run.cluster }),
  input: z.object({}),
  output: z.object({ waitSeconds: z.int(), changed: z.int() }),
  evidence: ({ waitSeconds, changed }) => ({ waitSeconds, changed }),
  async run({ run }, ports: CutoverPorts) {
    const { ttlSeconds } = ports.policy.cutover;
    const { previousTtl } = await ports.documents.plan(run.id);
    const moves = movesOf(await leadsOf(ports, run.id), await ports.records.list(), (_leads, now) => ({
      value: now.value,
      ttl: Math.min(now.ttl, ttlSeconds),
    }));
    await ports.records.replace(moves, `TTL lowered by ${run.id}`);
    const waitSeconds = previousTtl > ttlSeconds ? previousTtl + propagationSeconds : 0;
    return { waitSeconds, changed: moves.length };
  },
});

/** Gives every record the TTL that the plan found, wherever it leads now. */
export const RestoreTtl = defineStep({
  name: 'RestoreTtl',
  records: 'change',
  reverses: true,
  input: z.object({}),
  output: z.object({ changed: z.int() }),
  evidence: ({ changed }) => ({ changed }),
  async run({ run }, ports: CutoverPorts) {
    const moves = movesOf(await leadsOf(ports, run.id), await ports.records.list(), ({ shard }, now) => ({
      value: now.value,
      ttl: shard.ttl,
    }));
    await ports.records.replace(moves, `TTL restored by ${run.id}`);
    return { changed: moves.length };
  },
});
