import * as z from 'zod/mini';
import { fork } from '../../lib/domain/audit/joining.ts';
import { defineStep } from '../step.ts';
import type { EvidencePorts } from './ports.ts';

/** Names the lanes that a Map is about to open, one per shard of the list. */
export const Fork = defineStep({
  name: 'Fork',
  records: 'self',
  input: z.object({
    phase: z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/)),
    items: z._default(z.string(), 'all'),
  }),
  output: z.object({ phase: z.string(), count: z.int(), hash: z.string() }),
  async run({ run, input: { phase, items } }, ports: EvidencePorts, { lane }) {
    const shards = await ports.items.shards(run.id, items);
    const { hash } = await fork(lane, phase, shards);
    return { phase, count: shards.length, hash };
  },
});
