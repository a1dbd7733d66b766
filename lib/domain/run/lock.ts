import * as z from 'zod/mini';
import { RollbackError } from '../errors.ts';

/** Who holds a cluster: `locks/<cluster>.json`, changed by compare-and-set only. */
export const lockSchema = z.object({
  /** Fencing number: grows with every taking, never falls; what acts under an older one is refused. */
  epoch: z.int(),
  run: z.nullable(z.string()),
  execution: z.nullable(z.string()),
  /** RFC 3339 UTC. */
  acquiredAt: z.nullable(z.string()),
  /** When the run passed its point of no return; null before. */
  opened: z.nullable(z.string()),
  /** Restore points of the runs that went live here, the newest last: near them transfers may be torn for good. */
  restored: z._default(z.array(z.string()), []),
});

export type LockState = z.infer<typeof lockSchema>;

export const freeLock: LockState = {
  epoch: 0,
  run: null,
  execution: null,
  acquiredAt: null,
  opened: null,
  restored: [],
};

interface Holder {
  run: string;
  execution: string;
  /** RFC 3339 UTC. */
  at: string;
}

export type Acquisition =
  | { kind: 'take'; next: LockState }
  /** An earlier attempt of the same execution took it. */
  | { kind: 'mine'; state: LockState }
  | { kind: 'held'; run: string; execution: string };

/** What a declaration makes of the lock that it found. */
export function acquire(lock: LockState, holder: Holder): Acquisition {
  if (lock.run === holder.run) return { kind: 'mine', state: lock };
  if (lock.run !== null) return { kind: 'held', run: lock.run, execution: lock.execution ?? '' };
  return { kind: 'take', next: taken(lock, holder) };
}

/** The lock after a recovery has taken it over: same run, new epoch; whether it was opened stays. */
export function takeOver(lock: LockState, holder: Holder): LockState {
  return { ...taken(lock, holder), opened: lock.opened };
}

/** The lock after the point of no return. Throws `EpochSuperseded` where the run no longer holds it. */
export function open(lock: LockState, run: { id: string; epoch: number }, at: string): LockState {
  mustHold(lock, run);
  return lock.opened === null ? { ...lock, opened: at } : lock;
}

/** More than this many earlier restore points are not looked back on. */
const restoredKept = 20;

/**
 * The free lock after a run's end, or undefined where an earlier attempt has released it already. `wentLive` is the
 * restore point of a run whose clones serve now.
 */
export function release(
  lock: LockState,
  run: { id: string; epoch: number },
  wentLive?: string,
): LockState | undefined {
  if (lock.run === null && lock.epoch === run.epoch) return undefined;
  mustHold(lock, run);
  const restored = [...lock.restored, ...(wentLive === undefined ? [] : [wentLive])].slice(-restoredKept);
  return { ...freeLock, epoch: lock.epoch, restored };
}

function taken(lock: LockState, { run, execution, at }: Holder): LockState {
  return { epoch: lock.epoch + 1, run, execution, acquiredAt: at, opened: null, restored: lock.restored };
}

function mustHold(lock: LockState, run: { id: string; epoch: number }): void {
  if (lock.run === run.id && lock.epoch === run.epoch) return;
  throw new RollbackError(
    'EpochSuperseded',
    `Expected run ${run.id} to hold the lock under epoch ${run.epoch}, got ${lock.run ?? 'nobody'} under ${lock.epoch}.`,
  );
}
