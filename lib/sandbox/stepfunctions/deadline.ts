import { setTimeout as realTimeout } from 'node:timers/promises';
import type { Clock } from '../contract.ts';
import { StateFailure } from './failure.ts';

/** A task that was not done in its time. */
export class TaskTimedOut extends StateFailure {
  constructor(alias?: 'States.HeartbeatTimeout') {
    super('States.Timeout', '', { alias });
  }
}

/** Resolves when its time has passed; rejects when the signal aborts it. */
export type Timer = (signal: AbortSignal) => Promise<void>;

const longestTimeoutMs = 2 ** 31 - 1;

/** Time as it is, for what does real work. */
export function realTimer(seconds: number): Timer {
  return (signal) => realTimeout(Math.min(seconds * 1000, longestTimeoutMs), undefined, { signal });
}

/** Time as the sandbox's clock shortens it. */
export function nominalTimer(clock: Clock, seconds: number): Timer {
  return (signal) => clock.sleep(seconds * 1000, signal);
}

export interface Deadline {
  wait: Timer;
  failure: () => StateFailure;
}

/**
 * The result of `work`, unless a deadline passes or `signal` aborts first. The signal that `work` gets is aborted
 * as soon as its result no longer counts.
 */
export async function withDeadlines<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
  deadlines: Deadline[],
): Promise<Result> {
  signal.throwIfAborted();
  const settled = new AbortController();
  let interrupt = () => {};
  try {
    return await new Promise<Result>((resolve, reject) => {
      interrupt = () => reject(signal.reason);
      signal.addEventListener('abort', interrupt);
      for (const { wait, failure } of deadlines) {
        wait(settled.signal).then(
          () => reject(failure()),
          () => {},
        );
      }
      work(settled.signal).then(resolve, reject);
    });
  } finally {
    signal.removeEventListener('abort', interrupt);
    settled.abort();
  }
}
