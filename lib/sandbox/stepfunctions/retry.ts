import type { Catcher, Retrier, State } from './definition.ts';
import { StateFailure } from './failure.ts';
import type { Exit, Visit } from './visit.ts';

/** Whether a list of error names in Retry or Catch covers a failure. */
function matches(names: string[], failure: StateFailure): boolean {
  if (failure.error === 'States.Runtime') return false;
  return names.some(
    (name) =>
      name === 'States.ALL' ||
      name === failure.error ||
      name === failure.alias ||
      (name === 'States.TaskFailed' && failure.error !== 'States.Timeout'),
  );
}

/** Milliseconds before the retry that follows `attempt` earlier ones. */
export function retryDelay(retrier: Retrier, attempt: number, random: () => number = Math.random): number {
  const grown = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** attempt;
  const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return 1000 * seconds * (retrier.JitterStrategy === 'FULL' ? random() : 1);
}

type Recoverable = Extract<State, { Retry?: Retrier[] }>;

/**
 * Tries until an attempt succeeds, the retriers are used up or none covers the failure; then the first catcher
 * that does decides where to go. `failedEvent` is put into the history when no retry is left.
 */
export async function withRecovery(
  visit: Visit<Recoverable>,
  attempt: () => Promise<Exit>,
  failedEvent?: string,
): Promise<Exit> {
  const { thread, state } = visit;
  const used = new Map<Retrier, number>();
  visit.retryCount = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (failure) {
      if (!(failure instanceof StateFailure)) throw failure;
      const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, failure));
      const attempts = retrier ? (used.get(retrier) ?? 0) : 0;
      if (retrier && attempts < (retrier.MaxAttempts ?? 3)) {
        used.set(retrier, attempts + 1);
        visit.retryCount++;
        await thread.execution.host.sandbox.clock.sleep(retryDelay(retrier, attempts), thread.signal);
        continue;
      }
      if (failedEvent) thread.record(failedEvent);
      const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, failure));
      if (!catcher) throw failure;
      return exitByCatcher(visit, catcher, failure);
    }
  }
}

function exitByCatcher(visit: Visit, catcher: Catcher, failure: StateFailure): Promise<Exit> {
  const { errorOutput } = failure;
  return visit.exit(catcher, errorOutput, catcher.Next, { errorOutput });
}
