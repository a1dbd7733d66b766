import { ServiceError } from '../contract.ts';

/** When a schedule fires. Rates are durations, which shrink with the clock; the others are true times. */
export type ScheduleTimes =
  | { kind: 'rate'; everyMs: number }
  | { kind: 'cron'; next: (after: Date) => Date | undefined }
  | { kind: 'at'; time: Date };

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Parses `rate(…)`, `cron(…)` and `at(…)`, all in UTC. */
export function parseSchedule(expression: string): ScheduleTimes {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate && Number(rate[1]) > 0) return { kind: 'rate', everyMs: Number(rate[1]) * unitMs[rate[2]!]! };
  const at = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression);
  if (at) return { kind: 'at', time: new Date(`${at[1]}Z`) };
  const cron = /^cron\((.+)\)$/.exec(expression);
  const fields = cron?.[1]?.trim().split(/\s+/) ?? [];
  if (fields.length === 6) return { kind: 'cron', next: cronTimes(fields, expression) };
  throw invalid(expression);
}

function cronTimes(fields: string[], expression: string): (after: Date) => Date | undefined {
  const [minute, hour, day, month, weekday, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const minutes = fieldValues(minute, 0, 59, [], expression);
  const hours = fieldValues(hour, 0, 23, [], expression);
  const monthNumbers = fieldValues(month, 1, 12, months, expression);
  const years = fieldValues(year, 1970, 2199, [], expression);
  if ((day === '?') === (weekday === '?')) throw invalid(expression);
  const days = day === '?' ? undefined : fieldValues(day, 1, 31, [], expression);
  const weekdayNumbers = weekday === '?' ? undefined : fieldValues(weekday, 1, 7, weekdays, expression);
  const onDay = (date: Date) =>
    years.has(date.getUTCFullYear()) &&
    monthNumbers.has(date.getUTCMonth() + 1) &&
    (days?.has(date.getUTCDate()) ?? true) &&
    (weekdayNumbers?.has(date.getUTCDay() + 1) ?? true);
  return (after) => {
    const date = new Date(Math.floor(after.getTime() / 60_000) * 60_000 + 60_000);
    // Four years and a day: a 29 February comes within them.
    for (const end = after.getTime() + 1462 * 86_400_000; date.getTime() < end; ) {
      if (!onDay(date)) date.setUTCHours(24, 0);
      else if (!hours.has(date.getUTCHours())) date.setUTCMinutes(60);
      else if (!minutes.has(date.getUTCMinutes())) date.setUTCMinutes(date.getUTCMinutes() + 1);
      else return date;
    }
    return undefined;
  };
}

/** `*`, `5`, `1-5`, `0/15`, `MON,WED`. */
function fieldValues(
  field: string,
  low: number,
  high: number,
  names: string[],
  expression: string,
): Set<number> {
  const numberOf = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    const value = named >= 0 ? named + low : Number(text);
    if (!Number.isInteger(value) || value < low || value > high) throw invalid(expression);
    return value;
  };
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range, step] = part.split('/') as [string, string | undefined];
    const [first, last] = range.split('-') as [string, string | undefined];
    const from = range === '*' ? low : numberOf(first);
    const to = range === '*' || (step && !last) ? high : numberOf(last ?? first);
    const by = step === undefined ? 1 : Number(step);
    if (!Number.isInteger(by) || by < 1) throw invalid(expression);
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

function invalid(expression: string): ServiceError {
  return new ServiceError(
    'ValidationException',
    `Parameter ScheduleExpression is not valid. Expected rate(5 minutes), cron(0 12 * * ? *) or at(2026-01-31T12:00:00) without L, W and #, got ${expression}`,
  );
}
