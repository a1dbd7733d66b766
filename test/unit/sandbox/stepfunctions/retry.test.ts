import { expect, test } from '@jest/globals';
import { retryDelay } from '../../../../lib/sandbox/stepfunctions/retry.ts';

const retrier = { ErrorEquals: ['States.ALL'] };

test.each([
  ['a second, doubled each time', {}, [1000, 2000, 4000]],
  ['the interval, grown by the rate', { IntervalSeconds: 3, BackoffRate: 1.5 }, [3000, 4500, 6750]],
  ['no more than the longest delay', { IntervalSeconds: 3, MaxDelaySeconds: 5 }, [3000, 5000, 5000]],
])('waits %s', (_, fields, delays) => {
  expect([0, 1, 2].map((attempt) => retryDelay({ ...retrier, ...fields }, attempt))).toEqual(delays);
});

test('full jitter takes any part of the delay', () => {
  const delay = retryDelay({ ...retrier, IntervalSeconds: 4, JitterStrategy: 'FULL' }, 1, () => 0.25);

  expect(delay).toBe(2000);
});
