import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseInstant, wholeSeconds } from '../../../lib/domain/run/instant.ts';
import { chooseRestorePoint, judgeWindows } from '../../../lib/domain/run/restore-point.ts';

const now = Date.parse('2026-11-22T04:00:00Z');
const evidence = { lastGood: { at: '2026-11-22T03:10:20.900Z' }, marginSeconds: 1, now };

describe('choosing the restore point', () => {
  test('is the last good pass less the margin, in whole seconds', () => {
    expect(chooseRestorePoint('last-good', evidence)).toEqual({
      at: '2026-11-22T03:10:19Z',
      why: 'last pass good on every shard began 2026-11-22T03:10:20.900Z, less 1 s',
    });
  });

  test.each([
    ['2026-11-22T03:04:05Z', '2026-11-22T03:04:05Z'],
    ['2026-11-22T04:04:05+01:00', '2026-11-22T03:04:05Z'],
    ['2026-11-22t03:04:05.999z', '2026-11-22T03:04:05Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ])('a person’s %s is %s', (given, at) => {
    expect(chooseRestorePoint(given, evidence).at).toBe(at);
  });

  test.each<[string, string, RegExp]>([
    ['2026-11-22T03:04:05', 'InvalidInput', /expected a time with its zone/],
    ['2026-11-22 03:04', 'InvalidInput', /expected a time/],
    ['03:04:05Z', 'InvalidInput', /RFC 3339/],
    ['yesterday', 'InvalidInput', /got "yesterday"/],
    ['2026-02-30T00:00:00Z', 'InvalidInput', /RFC 3339/],
    ['2025-02-29T00:00:00Z', 'InvalidInput', /RFC 3339/],
    ['2026-13-01T00:00:00Z', 'InvalidInput', /RFC 3339/],
    ['2026-11-22T24:00:00Z', 'InvalidInput', /RFC 3339/],
    ['2026-11-22T03:60:00Z', 'InvalidInput', /RFC 3339/],
    ['2026-11-22T04:00:01Z', 'RestorePointInFuture', /expected a time before now, 2026-11-22T04:00:00Z/],
    ['2099-01-01T00:00:00+14:00', 'RestorePointInFuture', /before now/],
  ])('%s is refused: %s', (given, name, message) => {
    expect(() => chooseRestorePoint(given, evidence)).toThrow(message);
    expect(() => chooseRestorePoint(given, evidence)).toThrow(expect.objectContaining({ name }));
  });

  test('without a good pass there is no last-good', () => {
    expect(() => chooseRestorePoint('last-good', { marginSeconds: 1, now })).toThrow(
      expect.objectContaining({ name: 'NoRestorePoint' }),
    );
  });

  test('is never after the moment it comes from, and less than a second before it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: now }), (instant) => {
        const { at } = chooseRestorePoint(new Date(instant).toISOString(), evidence);
        const lost = instant - Date.parse(at);
        return lost >= 0 && lost < 1000 && at === wholeSeconds(parseInstant(at, 'at'));
      }),
    );
  });
});

describe('judging the windows', () => {
  const at = '2026-11-22T03:00:00Z';
  const minute = 60_000;
  const window = (shard: string, from: number, to: number) => ({
    shard,
    earliest: Date.parse(at) + from * minute,
    latest: Date.parse(at) + to * minute,
  });
  const fresh = { seconds: 0, mostSeconds: 900 };

  test('ready where every shard reaches that far', () => {
    expect(judgeWindows(at, [window('a', -60, 0), window('b', -1, 5)], fresh)).toEqual({ ready: true });
  });

  test('not ready where one shard’s logs are not up yet', () => {
    expect(judgeWindows(at, [window('a', -60, 1), window('b', -60, -3)], fresh)).toEqual({
      ready: false,
      waitSeconds: 180,
      behind: ['b'],
    });
  });

  test('waits no longer than the policy says', () => {
    const windows = [window('a', -60, -3)];
    expect(judgeWindows(at, windows, { seconds: 880, mostSeconds: 900 })).toMatchObject({ waitSeconds: 20 });
    expect(() => judgeWindows(at, windows, { seconds: 900, mostSeconds: 900 })).toThrow(
      /after waiting 900 s, got 2026-11-22T03:00:00Z; can be restored: a up to 2026-11-22T02:57:00Z/,
    );
  });

  test('before one shard’s window no waiting helps', () => {
    expect(() => judgeWindows(at, [window('a', -60, 1), window('b', 1, 60)], fresh)).toThrow(
      expect.objectContaining({
        name: 'RestorePointOutsideWindow',
        message: expect.stringContaining('b from 2026-11-22T03:01:00Z on'),
      }),
    );
  });

  test('is ready exactly where the point lies in every window', () => {
    const offsets = fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(offsets, (pairs) => {
        const windows = pairs.map(([from, to], index) =>
          window(`s${index}`, Math.min(from, to), Math.max(from, to)),
        );
        const inside = windows.every(
          ({ earliest, latest }) => earliest <= Date.parse(at) && Date.parse(at) <= latest,
        );
        try {
          return judgeWindows(at, windows, fresh).ready === inside;
        } catch {
          return !inside;
        }
      }),
    );
  });
});
