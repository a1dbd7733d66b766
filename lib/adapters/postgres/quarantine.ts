import type { Session } from './connection.ts';

export interface Revived {
  /** Subscriptions of this database that are enabled, or still hold a slot of their publisher. */
  subscriptions: string[];
  /** Active jobs of pg_cron, where it is in this database. */
  cronJobs: number;
  /** Global ids of transactions that were prepared and neither committed nor rolled back. */
  preparedTransactions: string[];
  foreignServers: string[];
}

/** What a clone would do, or can reach, by itself. Changes nothing. */
export async function readRevived(session: Session): Promise<Revived> {
  const [row] = await session.query<Revived & { hasCron: boolean } & Record<string, any>>(
    `SELECT ARRAY(SELECT s.subname::text FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
                  WHERE d.datname = current_database() AND (s.subenabled OR s.subslotname IS NOT NULL)
                  ORDER BY 1) AS subscriptions,
            ARRAY(SELECT gid FROM pg_prepared_xacts ORDER BY 1) AS "preparedTransactions",
            ARRAY(SELECT srvname::text FROM pg_foreign_server ORDER BY 1) AS "foreignServers",
            to_regclass('cron.job') IS NOT NULL AS "hasCron"`,
  );
  const { hasCron, ...revived } = row!;
  const [jobs] = hasCron
    ? await session.query<{ active: number }>('SELECT count(*)::int AS active FROM cron.job WHERE active')
    : [{ active: 0 }];
  return { ...revived, cronJobs: jobs!.active };
}

/** Switches off subscriptions and cron jobs by the function that the cluster's owner set up; returns what it was. */
export async function disarm(session: Session): Promise<string[]> {
  const [row] = await session.query<{ disarmed: string[] }>('SELECT safe_rollback.disarm() AS disarmed');
  return row!.disarmed;
}
