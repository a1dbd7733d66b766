import { describe, expect, test } from '@jest/globals';
import { judgeFreshness } from '../../../lib/domain/validation/freshness.ts';
import { type CheckResult, judge, plannedChecks, worst } from '../../../lib/domain/validation/verdict.ts';

const planned = ['table a', 'invariant b'];
const pass = (check: string): CheckResult => ({ check, verdict: 'pass' });

describe('a shard passes only where everything planned was looked at and was right', () => {
  test.each<[string, CheckResult[], string]>([
    ['all pass', [pass('table a'), pass('invariant b')], 'pass'],
    ['one fails', [pass('table a'), { check: 'invariant b', verdict: 'fail' }], 'fail'],
    ['one is missing', [pass('table a')], 'inconclusive'],
    ['one comes twice', [pass('table a'), pass('table a'), pass('invariant b')], 'inconclusive'],
    ['one was not planned', [pass('table a'), pass('invariant b'), pass('table z')], 'inconclusive'],
    ['one fails and one is missing', [{ check: 'table a', verdict: 'fail' }], 'fail'],
    ['there is nothing', [], 'inconclusive'],
  ])('%s', (_, results, verdict) => {
    expect(judge(planned, results).verdict).toBe(verdict);
  });
});

test('nothing planned proves nothing', () => {
  expect(judge([], []).verdict).toBe('inconclusive');
  expect(worst([])).toBe('inconclusive');
});

test('every table, every shard invariant and the state of the clone are planned', () => {
  const checks = plannedChecks({ tables: ['orders'], invariants: [{ name: 'x', scope: 'shard' }] });

  expect(checks).toEqual(['table orders', 'invariant x', 'freshness', 'prepared transactions', 'sequences']);
});

test.each([
  [null, 'inconclusive'],
  ['2026-11-22T10:00:00.500000Z', 'pass'],
  ['2026-11-22T10:01:00.000001Z', 'pass'],
  ['2026-11-22T10:01:00.100000Z', 'fail'],
  ['2026-11-22T09:50:00.000000Z', 'fail'],
])('a newest heartbeat of %s at a restore point of 10:01:00 is a %s', (newest, verdict) => {
  expect(judgeFreshness(newest, '2026-11-22T10:01:00Z', 300).verdict).toBe(verdict);
});
