import { performance } from 'node:perf_hooks';
import type { Session } from './connection.ts';
import type { BlockRange } from './fingerprint.ts';
import type { Relation } from './relations.ts';

/**
 * Reads a range of a relation's blocks once, so that a restored volume loads them now and not under traffic.
 * Returns milliseconds.
 */
export async function touchBlocks(session: Session, relation: Relation, range: BlockRange): Promise<number> {
  const started = performance.now();
  const upTo = range.to === undefined ? '' : `AND t.ctid < '(${range.to},0)'`;
  await session.query(
    `SELECT count(*) FROM ONLY ${relation.sql} t WHERE t.ctid >= '(${range.from},0)' ${upTo}`,
  );
  return performance.now() - started;
}
