import type { Clock } from './contract.ts';

/** Longer waits than this overflow a Node timer (2^31−1 ms) and would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * A clock whose timestamps are true and whose durations are divided by `scale`.
 * `scale` 1 is real time; 60 lets a minute of waiting pass in a second.
 */
export function scaledClock(scale = 1, recurrenceScale = scale): Clock {
  for (const each of [scale, recurrenceScale])
    if (!Number.isFinite(each) || each <= 0)
      throw new RangeError(`The clock's scale must be a number above 0, got ${each}`);
  return {
    scale,
    recurrenceScale,
    now: () => new Date(),
    sleep: (nominalMs, signal) => sleepUntil(Date.now() + nominalMs / scale, signal),
    every: (nominalMs, run) => {
      const timer = setInterval(run, Math.min(Math.max(1, nominalMs / scale), longestTimerMs));
      return () => clearInterval(timer);
    },
  };
}

function sleepUntil(deadline: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    let timer: NodeJS.Timeout;
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const wait = () => {
      const left = deadline - Date.now();
      if (left <= 0) {
        signal?.removeEventListener('abort', abort);
        resolve();
        return;
      }
      timer = setTimeout(wait, Math.min(left, longestTimerMs));
    };
    signal?.addEventListener('abort', abort, { once: true });
    wait();
  });
}
