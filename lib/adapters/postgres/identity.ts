import type { Session } from './connection.ts';

/** Writes the token of this run into a clone; answers the one that is there where a run wrote it already. */
export async function writeIdentity(session: Session, run: string, token: string): Promise<string> {
  await session.query(
    'INSERT INTO safe_rollback.identity (token, run) VALUES ($1, $2) ON CONFLICT (run) DO NOTHING',
    [token, run],
  );
  return (await readIdentity(session, run))!;
}

/** The token that a run wrote into this database, if it did. */
export async function readIdentity(session: Session, run: string): Promise<string | undefined> {
  const rows = await session.query<{ token: string }>(
    'SELECT token FROM safe_rollback.identity WHERE run = $1',
    [run],
  );
  return rows[0]?.token;
}
