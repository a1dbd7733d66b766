import type { Session } from './connection.ts';

/** A day's heartbeats tell all that a run asks of them; a week leaves room for a weekend. */
const keepDays = 7;

/** Now, by the database's own clock: RFC 3339 UTC with microseconds. */
export async function databaseTime(session: Session): Promise<string> {
  const [row] = await session.query<{ at: string }>(`SELECT ${utc('clock_timestamp()')} AS at`);
  return row!.at;
}

/** Writes one heartbeat with the snapshot of its own transaction, and drops old ones. */
export async function beat(session: Session): Promise<void> {
  await session.transaction('READ WRITE', async () => {
    await session.query('INSERT INTO safe_rollback.heartbeat DEFAULT VALUES');
    await session.query(
      `DELETE FROM safe_rollback.heartbeat WHERE at < clock_timestamp() - interval '${keepDays} days'`,
    );
  });
}

/** The newest heartbeat's time up to `until`, and the newest of all; null where there is none. */
export async function newestHeartbeats(
  session: Session,
  until: string,
): Promise<{ upTo: string | null; newest: string | null }> {
  const [row] = await session.query<{ upTo: string | null; newest: string | null }>(
    `SELECT ${utc('max(at) FILTER (WHERE at <= $1)')} AS "upTo", ${utc('max(at)')} AS newest
     FROM safe_rollback.heartbeat`,
    [until],
  );
  return row!;
}

/** Seconds that the slowest replica is behind; 0 where there is none. */
export async function replicationLagSeconds(session: Session): Promise<number> {
  const [row] = await session.query<{ lag: number }>(
    `SELECT coalesce(max(extract(epoch FROM replay_lag)), 0)::float8 AS lag FROM pg_stat_replication`,
  );
  return row!.lag;
}

function utc(expression: string): string {
  return `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
