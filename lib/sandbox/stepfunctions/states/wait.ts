import type { WaitState } from '../definition.ts';
import type { Exit, Visit } from '../visit.ts';

const isoWithOffset = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

export async function runWait(visit: Visit<WaitState>): Promise<Exit> {
  const { state, thread } = visit;
  const { clock } = thread.execution.host.sandbox;
  const seconds = await visit.evaluateNumber(state.Seconds, 'Seconds', { least: 0, most: 99_999_999 });
  if (seconds === undefined) {
    // A point in time stays where it is on a shortened clock; only durations shrink.
    const remaining = (await timestamp(visit)) - clock.now().getTime();
    if (remaining > 0) await clock.sleep(remaining * clock.scale, thread.signal);
  } else if (seconds > 0) {
    await clock.sleep(seconds * 1000, thread.signal);
  }
  return visit.exit(state, visit.input, state.Next);
}

async function timestamp(visit: Visit<WaitState>): Promise<number> {
  const template = visit.state.Timestamp!;
  const value = await visit.evaluate(template, 'Timestamp');
  if (typeof value !== 'string') throw visit.wrongType(template, 'Timestamp', 'string', value);
  const time = isoWithOffset.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) {
    throw visit.fail(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${value}`,
      'Timestamp',
      visit.enteredId,
    );
  }
  return time;
}
