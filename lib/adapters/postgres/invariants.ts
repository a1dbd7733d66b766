import { RollbackError } from '../../domain/errors.ts';
import type { Session } from './connection.ts';
import { SqlError } from './errors.ts';

/** How many violating rows are fetched; there may be more. */
export const violationLimit = 100;

export interface StraddlingRow {
  id: string;
  amount: string;
  /** RFC 3339 UTC, where the policy's query gives a column `at`. */
  at?: string;
}

/**
 * The rows that violate an invariant, as text, at most `violationLimit`. The query is wrapped, so that only a SELECT
 * fits. `session` must be a read-only one.
 */
export async function violations(session: Session, sql: string): Promise<string[]> {
  const rows = await session.query<{ violation: string }>(
    `SELECT violation::text AS violation FROM (\n${statement(sql)}\n) AS violation LIMIT ${violationLimit}`,
  );
  return rows.map(({ violation }) => violation);
}

/** The one number of a total's query, in decimal. Throws `ValidationInconclusive` where it is not one number. */
export async function total(session: Session, name: string, sql: string): Promise<string> {
  const rows = await session.query<{ row: (string | null)[] }>(
    `SELECT ARRAY(SELECT value FROM json_each_text(to_json(total))) AS row
     FROM (\n${statement(sql)}\n) AS total LIMIT 2`,
  );
  const values = rows.flatMap(({ row }) => row);
  const [value] = values;
  if (values.length !== 1 || typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value))
    throw new RollbackError(
      'ValidationInconclusive',
      `The query of the total ${name} must give one row with one number, got ${JSON.stringify(values)}.`,
    );
  return value;
}

export interface StraddlingWindow {
  /** RFC 3339. */
  restorePoints: string[];
  /** How far from a restore point a dated half may lie and still be listed. */
  seconds: number;
  limit: number;
}

/**
 * What a total's straddling query lists. Its columns: an id, a number named `amount`, and, so that a long history is
 * not listed with it, `at`, the time of booking.
 */
export async function straddling(
  session: Session,
  sql: string,
  { restorePoints, seconds, limit }: StraddlingWindow,
): Promise<StraddlingRow[]> {
  const rows = await session.query<{ row: Record<string, string> }>(
    `SELECT row FROM (SELECT to_json(half) AS row FROM (\n${statement(sql)}\n) AS half) AS halves
     WHERE row->>'at' IS NULL OR EXISTS (
       SELECT FROM unnest($1::timestamptz[]) AS point
       WHERE abs(extract(epoch FROM (row->>'at')::timestamptz - point)) <= $2) LIMIT $3`,
    [restorePoints, seconds, limit],
  );
  return rows.map(({ row }) => {
    const { at, amount, ...rest } = row;
    return {
      id: Object.values(rest).map(String).join('/'),
      amount: String(amount),
      ...(at ? { at: new Date(at).toISOString() } : {}),
    };
  });
}

/** The error of a check that could not look; what may pass by itself stays what it is. */
export function couldNotLook(what: string, error: unknown): Error {
  if (!(error instanceof SqlError)) return error as Error;
  return new RollbackError('ValidationInconclusive', `${what}: SQLSTATE ${error.sqlState}.`, {
    cause: error,
    details: { sqlState: error.sqlState },
  });
}

function statement(sql: string): string {
  return sql.trim().replace(/;\s*$/, '');
}
