import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeTotal, type TotalMeasured } from '../../../lib/domain/validation/across.ts';
import { sameNumber, sumOf } from '../../../lib/domain/validation/decimal.ts';

const options = {
  shards: ['s0', 's1'],
  restorePoints: ['2026-11-20T08:00:00Z', '2026-11-22T10:00:00Z'],
  skewSeconds: 5,
};
const parts = (...values: string[]) => values.map((value, index) => ({ shard: `s${index}`, value }));
const half = (shard: string, id: string, amount: string, at?: string) => ({ shard, id, amount, at });
const judged = (measured: Partial<TotalMeasured>) =>
  judgeTotal({ name: 't', expected: '0', parts: parts('0', '0'), ...measured }, options);

describe('a total over all shards', () => {
  test.each<[string, Partial<TotalMeasured>, string, string[]]>([
    ['comes to what is expected', { parts: parts('1.50', '-1.5') }, 'pass', []],
    ['does not', { parts: parts('1.50', '-1') }, 'fail', []],
    ['lacks a shard', { parts: parts('0') }, 'inconclusive', []],
    ['has a shard twice', { parts: [...parts('0', '0'), { shard: 's1', value: '0' }] }, 'inconclusive', []],
    [
      'balances across shards',
      { parts: parts('5', '-5'), halves: [half('s0', 'a', '5'), half('s1', 'a', '-5')] },
      'pass',
      [],
    ],
    [
      'lacks one half, which is listed',
      { parts: parts('5', '0'), halves: [half('s0', 'a', '5')] },
      'pass',
      ['a'],
    ],
    ['lacks more than that', { parts: parts('6', '0'), halves: [half('s0', 'a', '5')] }, 'fail', ['a']],
    [
      'lacks a half of close to the restore point',
      { parts: parts('5', '0'), halves: [half('s0', 'a', '5', '2026-11-22T09:59:58Z')] },
      'pass',
      ['a'],
    ],
    [
      'lacks a half of close to the restore point of an earlier rollback',
      { parts: parts('5', '0'), halves: [half('s0', 'a', '5', '2026-11-20T08:00:03Z')] },
      'pass',
      ['a'],
    ],
    [
      'lacks a half of long ago',
      { parts: parts('5', '0'), halves: [half('s0', 'a', '5', '2026-11-22T09:00:00Z')] },
      'fail',
      [],
    ],
  ])('%s', (_, measured, verdict, straddling) => {
    expect(judged(measured)).toMatchObject({ verdict, straddling });
  });
});

describe('sums are exact', () => {
  test('as decimals, not as floats', () => {
    expect(sumOf(['0.1', '0.2', '-0.30'])).toBe('0.00');
    expect(sumOf(['9007199254740993', '0.01'])).toBe('9007199254740993.01');
    expect(sumOf(['-0.05'])).toBe('-0.05');
  });

  test('and do not depend on order', () => {
    const amount = fc.tuple(
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      fc.integer({ min: 0, max: 4 }),
    );
    fc.assert(
      fc.property(fc.array(amount), (amounts) => {
        const numbers = amounts.map(([whole, scale]) =>
          scale === 0 ? `${whole}` : `${whole}.${'5'.repeat(scale)}`,
        );
        expect(sameNumber(sumOf(numbers), sumOf([...numbers].reverse()))).toBe(true);
      }),
    );
  });

  test('anything but a number is refused', () => {
    expect(() => sumOf(['NaN'])).toThrow('Expected a number in decimal notation, got "NaN".');
  });
});
