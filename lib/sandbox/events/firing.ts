import type { Clock } from '../contract.ts';
import type { ScheduleTimes } from './schedule-expression.ts';

/** Calls `fire` whenever the schedule says so, until the signal is aborted or it has no further time. */
export async function runSchedule(
  times: ScheduleTimes,
  clock: Clock,
  signal: AbortSignal,
  fire: (scheduledFor: Date) => void,
): Promise<void> {
  if (times.kind === 'rate') {
    const nominalMs = (times.everyMs * clock.scale) / clock.recurrenceScale;
    const stop = clock.every(nominalMs, () => fire(clock.now()));
    signal.addEventListener('abort', stop, { once: true });
    return;
  }
  const next = (after: Date) => (times.kind === 'cron' ? times.next(after) : undefined);
  const first = times.kind === 'at' ? times.time : next(clock.now());
  for (let time = first; time; time = next(time)) {
    // These are times, not durations: the wait must not shrink.
    await clock.sleep(Math.max(0, time.getTime() - clock.now().getTime()) * clock.scale, signal);
    fire(time);
  }
}
