import { setTimeout as pause } from 'node:timers/promises';
import { RollbackError } from '../../domain/errors.ts';
import type { Session } from './connection.ts';
import { SqlError } from './errors.ts';
import { loginRolesOutside, rolesOutside, setLogin, untouched } from './roles.ts';

/** Where the write-ahead log stood, and the first transaction id not yet given out, when a fence was proven. */
export interface FencePoint {
  lsn: string;
  xid: string;
  /** RFC 3339 UTC, by the database's clock. */
  at: string;
}

interface Stranger {
  pid: number;
  role: string | null;
  kind: string | null;
}

/** Kinds of process that are PostgreSQL's own and write nothing on anybody's behalf. */
const ownKinds = [
  'archiver',
  'autovacuum launcher',
  'autovacuum worker',
  'background writer',
  'checkpointer',
  'io worker',
  'logical replication launcher',
  'slotsync worker',
  'startup',
  'walreceiver',
  'walsummarizer',
  'walwriter',
];

/**
 * The roles that a fence must shut out: every login role outside the allow-list, and everyone in `applications`.
 * Throws `RolesNotFenceable` where one of them is not the session's to alter, or is on the allow-list as well.
 */
export async function rolesToFence(
  session: Session,
  allowedRoles: string[],
  applications: string[],
): Promise<string[]> {
  const both = applications.filter((name) => untouched(allowedRoles).includes(name));
  if (both.length > 0)
    throw notFenceable(both, 'is an application’s login, and the policy allows it through the fence');
  const roles = (await rolesOutside(session, allowedRoles)).filter(({ canLogin }) => canLogin);
  const foreign = roles.filter(({ alterable }) => !alterable).map(({ name }) => name);
  if (foreign.length > 0)
    throw notFenceable(foreign, 'can log in, is not on the allow-list and is not the fencer’s to alter');
  return roles.map(({ name }) => name);
}

function notFenceable(roles: string[], why: string): RollbackError {
  return new RollbackError('RolesNotFenceable', `Role ${roles.join(', ')} ${why}.`, { details: { roles } });
}

/**
 * Shuts `roles` out and proves it: nobody but the allow-list has a session, or is about to have one, and nobody else
 * may log in. `before` is told the roles before they are altered, also those that somebody lets in meanwhile.
 * Throws `FenceNotProven` naming who was left when the time was over; the roles then stay shut out.
 */
export async function raiseFence(
  session: Session,
  options: {
    allowedRoles: string[];
    roles: string[];
    timeoutMs: number;
    before?: (roles: string[]) => Promise<void>;
  },
): Promise<FencePoint> {
  const shutOut = async (roles: string[]) => {
    await options.before?.(roles);
    await setLogin(session, roles, false);
  };
  await shutOut(options.roles);
  return clear(session, options, async (strangers, logins) => {
    if (logins.length > 0) await shutOut(logins);
    for (const { pid } of strangers) await terminate(session, pid);
  });
}

/**
 * Looks whether a fence still holds, changing nothing. Throws `FenceNotProven` naming who got through.
 * `timeoutMs` is how long attempts to log in, which end by themselves, may take to do so.
 */
export async function provenFence(
  session: Session,
  options: { allowedRoles: string[]; timeoutMs: number },
): Promise<FencePoint> {
  return clear(session, options, async (strangers, logins) => {
    if (logins.length > 0) throw notProven(strangers, logins);
  });
}

/**
 * Waits until everyone is gone who may have read a role's old right to log in. Those are the strangers of the first
 * look at which no role could log in. Who comes later and has no role yet finds the door shut and goes by himself, so
 * that a storm of attempts does not keep the proof from coming; who has a role is inside and always counts.
 */
async function clear(
  session: Session,
  { allowedRoles, timeoutMs }: { allowedRoles: string[]; timeoutMs: number },
  act: (strangers: Stranger[], logins: string[]) => Promise<void>,
): Promise<FencePoint> {
  const deadline = Date.now() + timeoutMs;
  let suspects: Set<number> | undefined;
  for (;;) {
    const logins = await loginRolesOutside(session, allowedRoles);
    const present = await listStrangers(session, allowedRoles);
    const strangers = present.filter(({ pid, role }) => role !== null || (suspects?.has(pid) ?? true));
    // The roles are looked at again after the sessions: only then was the door shut all along.
    const shut = logins.length === 0 && (await loginRolesOutside(session, allowedRoles)).length === 0;
    if (shut && strangers.length === 0) return point(session);
    if (Date.now() >= deadline) throw notProven(strangers, logins);
    suspects = shut ? new Set(strangers.map(({ pid }) => pid)) : undefined;
    await act(strangers, logins);
    await pause(25);
  }
}

function notProven(strangers: Stranger[], logins: string[]): RollbackError {
  const sessions = strangers.map(
    ({ pid, role, kind }) => `${pid} (${role ?? 'no role yet'}, ${kind ?? 'unknown'})`,
  );
  const found = [
    sessions.length > 0 ? `sessions ${sessions.slice(0, 10).join(', ')}` : '',
    logins.length > 0 ? `roles that may log in ${logins.join(', ')}` : '',
  ].filter((part) => part !== '');
  return new RollbackError('FenceNotProven', `Outside the allow-list there are ${found.join(' and ')}.`, {
    details: { sessions: strangers.length, roles: logins },
  });
}

/**
 * Processes that may write and are not of the allow-list.
 *
 * A backend that starts takes its virtual transaction lock *before* it reads whether its role may log in, and keeps it
 * until it shows in `pg_stat_activity` with its role. So, once the roles are NOLOGIN, the locks are read first and the
 * activity second, as two statements: whoever read the old role is in the one or in the other. A lock's holder that is
 * not in the activity by then is a stranger until it is gone.
 */
async function listStrangers(session: Session, allowedRoles: string[]): Promise<Stranger[]> {
  const locks = await session.query<{ pid: number }>(
    `SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'virtualxid' AND granted AND pid IS NOT NULL`,
  );
  const processes = await session.query<Stranger & { known: boolean }>(
    `SELECT pid, usename AS role, backend_type AS kind,
            coalesce(pid = pg_backend_pid() OR usename = ANY ($1) OR usename = current_user
                     OR backend_type = ANY ($2), false) AS known
     FROM pg_stat_activity`,
    [untouched(allowedRoles), ownKinds],
  );
  const seen = new Set(processes.map(({ pid }) => pid));
  const unseen = locks
    .filter(({ pid }) => !seen.has(pid))
    .map(({ pid }) => ({ pid, role: null, kind: null }));
  return [
    ...processes.filter(({ known }) => !known).map(({ pid, role, kind }) => ({ pid, role, kind })),
    ...unseen,
  ];
}

/** Signals one process; one that has no role yet may be signalled by nobody but a superuser, and is waited for. */
async function terminate(session: Session, pid: number): Promise<void> {
  try {
    await session.query('SELECT pg_terminate_backend($1)', [pid]);
  } catch (error) {
    if (!(error instanceof SqlError) || error.sqlState !== '42501') throw error;
  }
}

async function point(session: Session): Promise<FencePoint> {
  const [row] = await session.query<FencePoint & Record<string, any>>(
    `SELECT pg_current_wal_lsn()::text AS lsn, pg_snapshot_xmax(pg_current_snapshot())::text AS xid,
            to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`,
  );
  return row!;
}
