import type { LockState } from './lock.ts';

/** Who asks for a recovery: the failing run itself, the end of an execution, or a new run at a stale lock. */
export type RecoveryCaller = 'run' | 'event' | 'stale';

export type Direction = 'nothing' | 'close' | 'reverse' | 'forward';

export interface RecoveryCase {
  by: RecoveryCaller;
  /** The run to recover; where the caller knows only its execution, null. */
  run: string | null;
  execution: string | null;
  /** Under which epoch the caller acts; null where it doesn't know. */
  epoch: number | null;
}

/** Whether the lock is still that of the case. Where it is not, somebody else has dealt with it. */
export function isStillHeld(lock: LockState, { by, run, execution, epoch }: RecoveryCase): boolean {
  if (lock.run === null) return false;
  if (run !== null && lock.run !== run) return false;
  if (by === 'run') return lock.epoch === epoch;
  return execution === null || lock.execution === execution;
}

/** Back while no clone can have taken a write, forward after that. */
export function directionOf(lock: LockState, hasPlan: boolean): Exclude<Direction, 'nothing'> {
  if (lock.opened !== null) return 'forward';
  return hasPlan ? 'reverse' : 'close';
}

/**
 * How long functions of the earlier run may still be at work, in seconds. A run that met an error of its own
 * has seen its functions end; one that was stopped or timed out has not.
 */
export function secondsToWaitOut(by: RecoveryCaller, error: string, longestTimeout: number): number {
  const outlived = by !== 'run' || /^(States\.|Lambda\.|Sandbox\.|Runtime\.)/.test(error);
  return outlived ? longestTimeout : 0;
}
