import { setTimeout as pause } from 'node:timers/promises';
import type { Session } from './connection.ts';

const lookEveryMs = 250;

/**
 * Runs `work` in `session`, and cancels its statement as soon as anybody waits for a lock that it holds: a reader's
 * ACCESS SHARE with a DDL statement queued behind it would block every writer behind that. `watcher` is a second
 * session of the same role. A cancelled statement fails with SQLSTATE 57014.
 */
export async function yielding<T>(session: Session, watcher: Session, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const watching = watch(session.processId, watcher, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
    await watching;
  }
}

async function watch(pid: number, watcher: Session, done: AbortSignal): Promise<void> {
  while (!done.aborted) {
    await watcher.query(
      `SELECT pg_cancel_backend($1) WHERE EXISTS (
         SELECT FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid)))`,
      [pid],
    );
    await pause(lookEveryMs, undefined, { signal: done }).catch(() => undefined);
  }
}
