import { expect, test } from '@jest/globals';
import { parseSchedule } from '../../../../lib/sandbox/events/schedule-expression.ts';

const after = new Date('2026-11-22T03:04:05Z');

function nextOf(expression: string): string | undefined {
  const times = parseSchedule(expression);
  if (times.kind !== 'cron') throw new Error('not a cron expression');
  return times.next(after)?.toISOString();
}

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
])('%s is every %d ms', (expression, everyMs) => {
  expect(parseSchedule(expression)).toEqual({ kind: 'rate', everyMs });
});

test.each([
  ['cron(0/15 * * * ? *)', '2026-11-22T03:15:00.000Z'],
  ['cron(0 3 * * ? *)', '2026-11-23T03:00:00.000Z'],
  ['cron(30 6 ? * MON-FRI *)', '2026-11-23T06:30:00.000Z'],
  ['cron(0 0 1 JAN ? *)', '2027-01-01T00:00:00.000Z'],
  ['cron(0 12 29 2 ? *)', '2028-02-29T12:00:00.000Z'],
  ['cron(0 0 1 1 ? 2020)', undefined],
])('%s comes next at %s', (expression, time) => {
  expect(nextOf(expression)).toBe(time);
});

test('at() is a time in UTC', () => {
  expect(parseSchedule('at(2026-11-22T04:00:00)')).toEqual({
    kind: 'at',
    time: new Date('2026-11-22T04:00:00Z'),
  });
});

test.each(['rate(0 minutes)', 'rate(1 fortnight)', 'cron(0 3 * * * *)', 'cron(61 * * * ? *)', 'hourly'])(
  '%s is refused',
  (expression) => {
    expect(() => parseSchedule(expression)).toThrow(`got ${expression}`);
  },
);
