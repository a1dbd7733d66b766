import { expect, test } from '@jest/globals';
import { parseAlarmRule } from '../../../../lib/sandbox/cloudwatch/alarm-rule.ts';
import type { StateValue } from '../../../../lib/sandbox/cloudwatch/evaluation.ts';

const states: Record<string, StateValue> = { a: 'ALARM', b: 'OK', c: 'INSUFFICIENT_DATA' };
const stateOf = (alarm: string) => states[alarm]!;

test.each([
  ['ALARM("a")', true],
  ['ALARM(a) AND OK(b)', true],
  ['ALARM(b) OR INSUFFICIENT_DATA(c)', true],
  ['NOT ALARM(a)', false],
  ['NOT (ALARM(a) AND ALARM(b))', true],
  ['ALARM(b) AND ALARM(b) OR ALARM(a)', true],
  ['ALARM(b) AND (ALARM(b) OR ALARM(a))', false],
  ['TRUE AND NOT FALSE', true],
])('%s is %s', (rule, expected) => {
  expect(parseAlarmRule(rule).holds(stateOf)).toBe(expected);
});

test('the alarms of a rule are known, by name or ARN', () => {
  const arn = 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:orders invariants';
  expect(parseAlarmRule(`ALARM("${arn}") OR OK(b)`).alarms).toEqual([arn, 'b']);
});

test.each([
  ['', 'expected an alarm’s state, got the end'],
  ['ALARM(a', 'not understood at character 1'],
  ['(ALARM(a)', 'a parenthesis is not closed'],
  ['ALARM(a) ALARM(b)', 'unexpected ALARM'],
  ['ALARM(a) AND', 'expected an alarm’s state, got the end'],
])('%j is refused: %s', (rule, reason) => {
  expect(() => parseAlarmRule(rule)).toThrow(reason.replaceAll('’', "'"));
});
