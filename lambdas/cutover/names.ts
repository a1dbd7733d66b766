import * as z from 'zod/mini';
import { RollbackError } from '../../lib/domain/errors.ts';
import { movesOf } from '../../lib/domain/run/names-of-shards.ts';
import { defineStep } from '../step.ts';
import { leadsOf } from './leads.ts';
import type { CutoverPorts } from './ports.ts';

const longestPropagationSeconds = 900;

const output = z.object({ change: z.nullable(z.string()), moved: z.int() });
const evidence = ({ change, moved }: z.infer<typeof output>) => ({ change: change ?? 'none', moved });

/** Points every name at its clone. Names that lead there already were moved by an earlier attempt. */
export const MoveNames = defineStep({
  name: 'MoveNames',
  records: 'change',
  undo: ({ run }) => ({ step: 'RestoreNames', target: run.cluster }),
  input: z.object({}),
  output,
  evidence,
  async run({ run }, ports: CutoverPorts) {
    const leads = await leadsOf(ports, run.id);
    const lost = leads.find(({ clone }) => clone === undefined);
    if (lost) throw new RollbackError('NotYetVisible', `The clone of ${lost.shard.name} is not on file yet.`);
    const ttl = ports.policy.cutover.ttlSeconds;
    const moves = movesOf(leads, await ports.records.list(), ({ clone }) => ({ value: clone!, ttl }));
    return answer(await ports.records.replace(moves, `moved to the clones by ${run.id}`), moves.length);
  },
});

/** Points every name back at the old database, where it leads to the clone. */
export const RestoreNames = defineStep({
  name: 'RestoreNames',
  records: 'change',
  reverses: true,
  input: z.object({}),
  output,
  evidence,
  async run({ run }, ports: CutoverPorts) {
    const leads = await leadsOf(ports, run.id);
    const moves = movesOf(leads, await ports.records.list(), ({ shard }, now) => ({
      value: shard.recordValue,
      ttl: now.ttl,
    }));
    return answer(await ports.records.replace(moves, `moved back by ${run.id}`), moves.length);
  },
});

/** Asks Route 53 whether all its servers have the change. */
export const CheckInSync = defineStep({
  name: 'CheckInSync',
  records: 'none',
  input: z.object({ change: z.nullable(z.string()), waitedSeconds: z.number() }),
  output: z.object({ inSync: z.boolean() }),
  async run({ input }, { records }: CutoverPorts) {
    const changes = input.change?.split(',') ?? [];
    const states = await Promise.all(changes.map((change) => records.isInSync(change)));
    if (states.every(Boolean)) return { inSync: true };
    if (input.waitedSeconds < longestPropagationSeconds) return { inSync: false };
    throw new RollbackError(
      'NamesNotMoved',
      `Expected change ${input.change} to be in sync within ${longestPropagationSeconds} s, got PENDING.`,
    );
  },
});

function answer(changes: string[], moved: number) {
  return { change: changes.length > 0 ? changes.join(',') : null, moved };
}
