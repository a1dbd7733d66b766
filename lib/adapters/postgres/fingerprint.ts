import type { Fingerprint } from '../../domain/validation/fingerprint.ts';
import { identifier, type Session } from './connection.ts';
import type { Column, Relation } from './relations.ts';

/** Blocks `from` up to, but without, `to`; no `to` means to the end, whatever has been added meanwhile. */
export interface BlockRange {
  from: number;
  to?: number;
}

/**
 * Fingerprint of a relation's rows in a range of blocks, whatever their order: how many there are, and XOR and sum of
 * their 64-bit hashes. XOR alone would not see a pair of equal rows; the sum does. `seed` is a 64-bit integer in
 * decimal: another for every run, since the hash is not cryptographic.
 */
export async function fingerprintBlocks(
  session: Session,
  relation: Relation,
  range: BlockRange,
  seed: string,
): Promise<Fingerprint> {
  const upTo = range.to === undefined ? '' : `AND t.ctid < '(${range.to},0)'`;
  const [row] = await session.query<Fingerprint & Record<string, any>>(
    `SELECT count(*)::text AS rows, coalesce(bit_xor(hash), 0)::text AS xor, coalesce(sum(hash), 0)::text AS sum
     FROM (SELECT hash_record_extended(${rowOf(relation.columns)}, $1::bigint) AS hash
           FROM ONLY ${relation.sql} t WHERE t.ctid >= '(${range.from},0)' ${upTo}) hashed`,
    [seed],
  );
  return row!;
}

/** Columns with an exact hash as they are; all others in one text, as their output functions write them. */
function rowOf(columns: Column[]): string {
  const expression = ({ name }: Column) => `t.${identifier(name)}`;
  const exact = columns.filter(({ exactHash }) => exactHash).map(expression);
  const others = columns.filter(({ exactHash }) => !exactHash).map(expression);
  const text = others.length === 0 ? [] : [`ROW(${others.join(', ')})::text COLLATE "C"`];
  return `ROW(${[...exact, ...text].join(', ')})`;
}

/**
 * Keeps tables from being truncated or rewritten while a snapshot looks at them. Comes first in a transaction, before
 * the snapshot is taken: an older snapshot would see a table that was reloaded meanwhile as empty.
 */
export async function lockForReading(session: Session, relations: Relation[]): Promise<void> {
  for (const { sql } of relations) await session.query(`LOCK TABLE ONLY ${sql} IN ACCESS SHARE MODE`);
}
