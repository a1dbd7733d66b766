import * as z from 'zod/mini';
import { relationsOf } from '../../lib/adapters/postgres/relations.ts';
import { touchBlocks } from '../../lib/adapters/postgres/warm-up.ts';
import { noRows } from '../../lib/domain/validation/fingerprint.ts';
import { shardOf } from '../databases.ts';
import { defineStep } from '../step.ts';
import { partMs, statementTimeoutMs, type ValidatePorts } from './ports.ts';
import { type WalkCursor, walkCursor, walkTable } from './walk.ts';

/** Reads the planned tables once: a restored volume loads its blocks at their first read, here and not under traffic. */
export const warmUp = defineStep({
  name: 'WarmUp',
  records: 'finding',
  target: ({ shard, input }) => `${shard}.${input.part}`,
  input: z.object({ part: z.int(), cursor: z.nullish(walkCursor) }),
  output: z.object({
    done: z.boolean(),
    cursor: z.optional(walkCursor),
    ranges: z.int(),
    slowestMs: z.int(),
    totalMs: z.int(),
  }),
  evidence: ({ done, ranges, slowestMs, totalMs }) => ({ done, ranges, slowestMs, totalMs }),
  async run(request, { databases, elapsed }: ValidatePorts) {
    const clone = await databases.clone(request.run.id, shardOf(request));
    const { tables } = databases.options.policy;
    const started = elapsed();
    const outOfTime = () => elapsed() - started > partMs;
    const times: number[] = [];
    let at: WalkCursor = request.input.cursor ?? { table: 0, relation: 0, block: 0, gathered: noRows };
    await databases.asReader(
      clone,
      async (session) => {
        while (at.table < tables.length && !outOfTime()) {
          // A table that is not there has no relations; validation judges that.
          const relations = await relationsOf(session, tables[at.table]!);
          at = await walkTable(
            relations,
            at,
            async (relation, range, gathered) => {
              times.push(await touchBlocks(session, relation, range));
              return gathered;
            },
            outOfTime,
          );
          if (at.relation >= relations.length) at = { ...at, table: at.table + 1, relation: 0, block: 0 };
        }
      },
      { statementTimeoutMs },
    );
    const measured = {
      ranges: times.length,
      slowestMs: Math.round(Math.max(0, ...times)),
      totalMs: Math.round(times.reduce((sum, time) => sum + time, 0)),
    };
    return at.table >= tables.length ? { done: true, ...measured } : { done: false, cursor: at, ...measured };
  },
});
