import { expect, test } from '@jest/globals';
import { overheadSeconds } from '../../../examples/orders/rehearsal/timings.ts';

const at = (seconds: number) => new Date(seconds * 1000).toISOString();

test('overhead is what the slowest shard’s recovery and validation do not explain', () => {
  const timings = [
    { step: 'ValidateShard', shard: 'a', start: at(5), end: at(6) },
    { step: 'ValidateShard', shard: 'b', start: at(5), end: at(7) },
    { step: 'OpenShard', shard: 'a', start: at(9), end: at(10) },
    { step: 'OpenShard', shard: 'b', start: at(11), end: at(12) },
  ];

  const seconds = overheadSeconds(new Date(0), timings, [
    { shard: 'a', recoveryMs: 2500 },
    { shard: 'b', recoveryMs: 1000 },
  ]);

  expect(seconds).toBe(12 - 3.5);
});

test('a run that opened nothing has no overhead', () => {
  expect(overheadSeconds(new Date(0), [], [])).toBeNull();
});
