import { describe, expect, test } from '@jest/globals';
import { advanced, type SequenceState } from '../../../lib/domain/validation/sequences.ts';

const sequence = (changes: Partial<SequenceState>): SequenceState => ({
  name: '"public"."s"',
  min: 1n,
  max: 2n ** 63n - 1n,
  increment: 1n,
  cycle: false,
  last: 100n,
  ...changes,
});

describe('a clone’s sequence is set a thousand steps beyond the later side', () => {
  test.each<[string, Partial<SequenceState>, bigint | null | undefined, bigint | null | 'noRoom']>([
    ['the source is ahead', {}, 500n, 1500n],
    ['the clone is ahead', {}, 80n, 1100n],
    ['the source has no such sequence', {}, undefined, 1100n],
    ['the clone never used it', { last: null }, 7n, 1007n],
    ['nobody used it', { last: null }, null, null],
    ['it counts in fours, and stays on its numbers', { increment: 4n, last: 3n }, 43n, 4043n],
    ['it counts down', { increment: -1n, min: -10_000n, max: -1n, last: -5n }, -9n, -1009n],
    ['it would pass its end', { max: 1000n }, 500n, 'noRoom'],
    ['it would pass its end and begins again', { max: 5000n, cycle: true, last: 4500n }, 4600n, 600n],
    ['it has begun again on the source', { max: 10_000n, cycle: true, last: 9_990n }, 20n, 1020n],
    [
      'it counts down and begins again',
      { min: -5000n, max: -1n, increment: -1n, cycle: true, last: -4500n },
      -4600n,
      -600n,
    ],
  ])('%s', (_, clone, source, expected) => {
    const other = source === undefined ? undefined : sequence({ ...clone, last: source });

    expect(advanced(sequence(clone), other)).toBe(expected);
  });
});
