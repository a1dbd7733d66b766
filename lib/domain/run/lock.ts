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
});

export type LockState = z.infer<typeof lockSchema>;

export const freeLock: LockState = { epoch: 0, run: null, execution: null, acquiredAt: null, opened: null };

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

/** The free lock after a run's end, or undefined where an earlier attempt has released it already. */
export function release(lock: LockState, run: { id: string; epoch: number }): LockState | undefined {
  if (lock.run === null && lock.epoch === run.epoch) return undefined;
  mustHold(lock, run);
  return { ...freeLock, epoch: lock.epoch };
}

function taken(lock: LockState, { run, execution, at }: Holder): LockState {
  return { epoch: lock.epoch + 1, run, execution, acquiredAt: at, opened: null };
}

function mustHold(lock: LockState, run: { id: string; epoch: number }): void {
  if (lock.run === run.id && lock.epoch === run.epoch) return;
  throw new RollbackError(
    'EpochSuperseded',
    `Expected run ${run.id} to hold the lock under epoch ${run.epoch}, got ${lock.run ?? 'nobody'} under ${lock.epoch}.`,
  );
}
