import * as z from 'zod/mini';
import { finishLane, laneResult } from '../../lib/domain/audit/closing.ts';
import { defineStep } from '../step.ts';
import type { EvidencePorts } from './ports.ts';

/** Ends a shard's lane with its result: behind this record nobody can write there any more. */
export const FinishLane = defineStep({
  name: 'FinishLane',
  records: 'self',
  input: z.object({ ok: z.boolean(), error: z.optional(z.nullable(z.string())) }),
  output: z.object({ shard: z.optional(z.string()), ok: z.boolean(), error: z.optional(z.string()) }),
  async run({ shard, input }, _ports: EvidencePorts, { lane }) {
    const end = await finishLane(lane, 'FinishLane', laneResult(input.ok, input.error ?? undefined));
    return { shard, ok: end.ok, error: end.error };
  },
});
