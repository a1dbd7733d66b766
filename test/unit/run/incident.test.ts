import { describe, expect, test } from '@jest/globals';
import { judgeVotes } from '../../../lib/domain/run/approval.ts';
import { close, judgeAlarm } from '../../../lib/domain/run/incident.ts';
import { cloneIdOf, recoveryName, runIdOf } from '../../../lib/domain/run/names.ts';

const minute = 60_000;
const since = Date.parse('2026-11-22T03:00:00Z');
const alarm = { name: 'orders-rollback-needed', since };
const at = (minutes: number) => ({ cluster: 'orders', coolDownMinutes: 15, now: since + minutes * minute });
const opened = {
  id: 'orders-20261122T030000Z',
  alarm: alarm.name,
  since: '2026-11-22T03:00:00Z',
  state: 'open' as const,
  closedAt: null,
  run: null,
};

describe('one run per incident', () => {
  test('the first alarm opens an incident', () => {
    expect(judgeAlarm(alarm, undefined, at(1))).toEqual({ kind: 'open', incident: opened });
  });

  test('however often it flaps, while the incident is open it is the same', () => {
    for (const minutes of [1, 2, 30]) {
      const flapped = { ...alarm, since: since + minutes * minute };
      expect(judgeAlarm(flapped, opened, at(minutes + 1))).toEqual({ kind: 'known', incident: opened });
    }
  });

  test('an alarm that had its run gets no other, though it rings on', () => {
    const closed = close(opened, 'r1', since + 20 * minute);
    expect(judgeAlarm(alarm, closed, at(600))).toEqual({ kind: 'answered', incident: closed });
  });

  test('a new alarm within the cool-down is refused, after it it opens a new incident', () => {
    const closed = close(opened, 'r1', since + 20 * minute);
    const again = { ...alarm, since: since + 25 * minute };
    expect(judgeAlarm(again, closed, at(34))).toEqual({
      kind: 'coolingDown',
      id: 'orders-20261122T032500Z',
      until: '2026-11-22T03:35:00Z',
    });
    expect(judgeAlarm(again, closed, at(35))).toMatchObject({
      kind: 'open',
      incident: { id: 'orders-20261122T032500Z' },
    });
  });
});

describe('names', () => {
  const execution = {
    arn: 'arn:aws:states:eu-central-1:111122223333:execution:orders-rollback:one',
    startTime: '2026-11-22T03:04:05.678Z',
  };

  test('a run’s name comes from its execution alone', () => {
    expect(runIdOf(execution)).toMatch(/^20261122T030405Z-[0-9a-f]{16}$/);
    expect(runIdOf(execution)).toBe(runIdOf({ ...execution }));
    expect(runIdOf({ ...execution, startTime: '2026-11-22T03:04:05.679Z' })).not.toBe(runIdOf(execution));
  });

  test('names of clones and executions keep to the limits of RDS and Step Functions', () => {
    const run = runIdOf(execution);
    expect(cloneIdOf('a'.repeat(23), 'b'.repeat(30), run).length).toBeLessThanOrEqual(63);
    expect(recoveryName.stale(run, execution.arn).length).toBeLessThanOrEqual(80);
    expect(`${run}-${'s'.repeat(30)}`.length).toBeLessThanOrEqual(80);
  });
});

describe('votes', () => {
  const vote = (person: string, decision: 'approve' | 'deny' = 'approve') => ({
    person,
    decision,
    reason: '',
    at: '2026-11-22T03:00:00Z',
  });
  const rule = { quorum: 2, requester: 'eve' };

  test('as many distinct people as the quorum', () => {
    expect(judgeVotes([vote('ada'), vote('bob')], rule)).toEqual(['ada', 'bob']);
  });

  test.each([
    ['too few', [vote('ada')], 'ApprovalInvalid'],
    ['none', [], 'ApprovalInvalid'],
    ['one person twice', [vote('ada'), vote('ada')], 'ApprovalInvalid'],
    ['one person in two spellings', [vote('ada'), vote(' ADA ')], 'ApprovalInvalid'],
    ['the requester counted', [vote('ada'), vote('Eve')], 'ApprovalInvalid'],
    ['a denial among approvals', [vote('ada'), vote('bob'), vote('cyd', 'deny')], 'ApprovalDenied'],
  ])('%s', (_what, votes, name) => {
    expect(() => judgeVotes(votes, rule)).toThrow(expect.objectContaining({ name }));
  });
});
