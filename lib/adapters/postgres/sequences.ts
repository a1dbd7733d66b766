import type { SequenceState } from '../../domain/validation/sequences.ts';
import { identifier, type Session } from './connection.ts';

/** Every sequence that the session may read, by schema and name; 64-bit numbers as bigint. */
export async function readSequences(session: Session): Promise<SequenceState[]> {
  const rows = await session.query<Record<string, string | null>>(
    `SELECT schemaname AS schema, sequencename AS name, min_value::text AS min, max_value::text AS max,
            increment_by::text AS increment, cycle, last_value::text AS last
     FROM pg_sequences ORDER BY schemaname COLLATE "C", sequencename COLLATE "C"`,
  );
  return rows.map((row) => ({
    name: `${identifier(row.schema!)}.${identifier(row.name!)}`,
    min: BigInt(row.min!),
    max: BigInt(row.max!),
    increment: BigInt(row.increment!),
    cycle: Boolean(row.cycle),
    last: row.last === null ? null : BigInt(row.last!),
  }));
}

/** Sets a sequence by the function that the cluster's owner set up for it. */
export async function setSequence(session: Session, name: string, value: bigint): Promise<void> {
  await session.query('SELECT safe_rollback.set_sequence($1::regclass, $2::bigint)', [
    name,
    value.toString(),
  ]);
}
