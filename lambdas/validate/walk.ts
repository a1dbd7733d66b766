import * as z from 'zod/mini';
import type { BlockRange } from '../../lib/adapters/postgres/fingerprint.ts';
import type { Relation } from '../../lib/adapters/postgres/relations.ts';

/** Where a walk over tables stands: table and relation by index, the next block, and what was gathered of the table. */
export const walkCursor = z.object({
  table: z.int(),
  relation: z.int(),
  block: z.int(),
  gathered: z.object({ rows: z.string(), xor: z.string(), sum: z.string() }),
});
export type WalkCursor = z.infer<typeof walkCursor>;
type Gathered = WalkCursor['gathered'];

/** 64 MiB of a table at a time, with PostgreSQL's usual block size. */
const blocksAtOnce = 8192;

/**
 * Goes over one table's relations in ranges of blocks until all are done, or `outOfTime` after at least one range.
 * Returns where the walk stands; it is done when `relation` is their number. A relation's last range has no end, so
 * that nothing added meanwhile is left out.
 */
export async function walkTable(
  relations: Relation[],
  from: WalkCursor,
  visit: (relation: Relation, range: BlockRange, gathered: Gathered) => Promise<Gathered>,
  outOfTime: () => boolean,
): Promise<WalkCursor> {
  let at = from;
  while (at.relation < relations.length) {
    const relation = relations[at.relation]!;
    const to = at.block + blocksAtOnce;
    const last = to >= relation.blocks;
    const gathered = await visit(relation, last ? { from: at.block } : { from: at.block, to }, at.gathered);
    at = last ? { ...at, relation: at.relation + 1, block: 0, gathered } : { ...at, block: to, gathered };
    if (outOfTime()) return at;
  }
  return at;
}
