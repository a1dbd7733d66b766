import {
  type Login,
  type Server,
  type Session,
  withSession,
} from '../../lib/adapters/postgres/connection.ts';
import { SqlError } from '../../lib/adapters/postgres/errors.ts';
import {
  beat,
  databaseTime,
  newestHeartbeats,
  replicationLagSeconds,
} from '../../lib/adapters/postgres/heartbeat.ts';
import { violations } from '../../lib/adapters/postgres/invariants.ts';
import { yielding } from '../../lib/adapters/postgres/yielding.ts';

/** What one look at one shard found. */
export interface Sight {
  shard: string;
  /** When the look began, by the shard's own clock: RFC 3339 UTC with microseconds. */
  at: string;
  lagSeconds: number;
  /** Violated invariants, by name, with how many rows violate each (at most 100 are counted). */
  violated: Record<string, number>;
  /** Invariants that could not be looked at, by name, with the SQLSTATE. */
  unseen: Record<string, string>;
  /** Whether a clone at this moment would carry a heartbeat from before it, by which its freshness is judged. */
  dated: boolean;
}

export interface LookOptions {
  shard: string;
  server: Server;
  reader: Login;
  invariants: { name: string; sql: string }[];
  statementTimeoutMs: number;
  /** How far before the look's beginning a restore point derived from it lies. */
  marginSeconds: number;
}

/**
 * One look at one shard.
 *
 * `at` is read *before* the invariants run, and this is what a restore point rests on: each invariant's snapshot is
 * taken after `at`, so it contains everything that was visible at `at`. Damage committed before the restore point
 * (`at` less the margin) would have been in those snapshots and found, unless something repaired it in between. The
 * margin is for commits: recovery compares the time that a commit *began* to be written, and one that began before
 * `at` may become visible a moment later, after a snapshot. It must be longer than the slowest commit. What it does
 * not cover, the clone's own validation catches: there the same invariants run on exactly the restored rows.
 *
 * It writes one heartbeat and otherwise reads, each invariant in a short read-only transaction of its own that gives
 * way to anybody who waits for its locks. Throws `ConnectionLost` or `LoginRefused` where the shard is out of reach.
 */
export async function look(options: LookOptions): Promise<Sight> {
  const { server, reader, statementTimeoutMs } = options;
  const settings = { applicationName: 'safe-rollback sentinel', readOnly: true, statementTimeoutMs };
  return withSession(server, reader, settings, (session) =>
    withSession(server, reader, settings, (watcher) => lookWith(session, watcher, options)),
  );
}

async function lookWith(session: Session, watcher: Session, options: LookOptions): Promise<Sight> {
  const { shard, invariants, marginSeconds } = options;
  const at = await databaseTime(session);
  // A restore point has whole seconds, so it lies up to a second before what the margin says.
  const restorable = new Date(Date.parse(at) - (marginSeconds + 1) * 1000).toISOString();
  const { upTo } = await newestHeartbeats(session, restorable);
  await beat(session);
  const sight: Sight = {
    shard,
    at,
    lagSeconds: await replicationLagSeconds(session),
    violated: {},
    unseen: {},
    dated: upTo !== null,
  };
  for (const { name, sql } of invariants) {
    try {
      const rows = await yielding(session, watcher, () => violations(session, sql));
      if (rows.length > 0) sight.violated[name] = rows.length;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      sight.unseen[name] = error.sqlState;
    }
  }
  return sight;
}
