import { describe, expect, test } from '@jest/globals';
import { acquire, freeLock, open, release, takeOver } from '../../../lib/domain/run/lock.ts';
import { directionOf, isStillHeld, secondsToWaitOut } from '../../../lib/domain/run/recovery.ts';

const one = { run: 'r1', execution: 'arn:one', at: '2026-11-22T03:00:00Z' };
const held = { epoch: 3, run: 'r1', execution: 'arn:one', acquiredAt: one.at, opened: null, restored: [] };

describe('the lock', () => {
  test('a free lock is taken under the next epoch', () => {
    expect(acquire({ ...freeLock, epoch: 2 }, one)).toEqual({ kind: 'take', next: held });
  });

  test('a repeated declaration finds its own', () => {
    expect(acquire(held, one)).toEqual({ kind: 'mine', state: held });
  });

  test('another run’s is held', () => {
    expect(acquire(held, { ...one, run: 'r2' })).toEqual({ kind: 'held', run: 'r1', execution: 'arn:one' });
  });

  test('released, it keeps its epoch; released again, it stays as it is', () => {
    const free = release(held, { id: 'r1', epoch: 3 });
    expect(free).toEqual({ ...freeLock, epoch: 3 });
    expect(release(free!, { id: 'r1', epoch: 3 })).toBeUndefined();
  });

  test('remembers the restore points of what went live, through every later taking', () => {
    const free = release(held, { id: 'r1', epoch: 3 }, '2026-11-22T03:00:00Z')!;
    const again = acquire(free, { ...one, run: 'r2' });
    if (again.kind !== 'take') throw new Error(`Expected the lock to be taken, got ${again.kind}.`);
    const over = takeOver(again.next, {
      run: 'r2',
      execution: 'arn:two',
      at: 'later',
    });
    expect(over.restored).toEqual(['2026-11-22T03:00:00Z']);
    expect(release(over, { id: 'r2', epoch: 5 })!.restored).toEqual(['2026-11-22T03:00:00Z']);
  });

  test('opening and taking over meet: whoever comes second sees the first', () => {
    const taken = takeOver(held, { run: 'r1', execution: 'arn:recovery', at: 'later' });
    expect(() => open(taken, { id: 'r1', epoch: 3 }, 'now')).toThrow(
      expect.objectContaining({ name: 'EpochSuperseded' }),
    );

    const opened = open(held, { id: 'r1', epoch: 3 }, 'now');
    expect(takeOver(opened, { run: 'r1', execution: 'arn:recovery', at: 'later' }).opened).toBe('now');
    expect(open(opened, { id: 'r1', epoch: 3 }, 'later')).toBe(opened);
  });

  test.each([[{ id: 'r2', epoch: 3 }], [{ id: 'r1', epoch: 2 }]])('%p does not hold it', (run) => {
    expect(() => release(held, run)).toThrow(expect.objectContaining({ name: 'EpochSuperseded' }));
    expect(() => open(held, run, 'now')).toThrow(expect.objectContaining({ name: 'EpochSuperseded' }));
  });
});

describe('the recovery', () => {
  const byRun = { by: 'run' as const, run: 'r1', execution: 'arn:one', epoch: 3 };

  test.each([
    ['its own run', held, byRun, true],
    ['a run that was taken over before', { ...held, epoch: 4 }, byRun, false],
    ['a free lock', { ...freeLock, epoch: 3 }, byRun, false],
    ['another run', { ...held, run: 'r2' }, byRun, false],
    ['an ended execution', held, { ...byRun, by: 'event' as const, epoch: null }, true],
    [
      'an ended execution that another recovery has dealt with',
      { ...held, execution: 'arn:recovery' },
      { ...byRun, by: 'event' as const },
      false,
    ],
    ['a stale lock', held, { by: 'stale' as const, run: 'r1', execution: 'arn:one', epoch: null }, true],
  ])('%s', (_what, lock, recovery, expected) => {
    expect(isStillHeld(lock, recovery)).toBe(expected);
  });

  test('goes forward once opened, back where there is a plan, else it only closes', () => {
    expect(directionOf({ ...held, opened: 'now' }, true)).toBe('forward');
    expect(directionOf(held, true)).toBe('reverse');
    expect(directionOf(held, false)).toBe('close');
  });

  test.each([
    ['run', 'ValidationFailed', 0],
    ['run', 'States.Timeout', 120],
    ['run', 'Lambda.Unknown', 120],
    ['event', 'ABORTED', 120],
    ['stale', 'LockHeld', 120],
  ] as const)('by %s after %s waits %d s for functions to end', (by, error, seconds) => {
    expect(secondsToWaitOut(by, error, 120)).toBe(seconds);
  });
});
