import { describe, expect, test } from '@jest/globals';
import { scaledClock } from '../../../../lib/sandbox/clock.ts';

describe('a shortened clock', () => {
  test('sleeps a nominal minute in a fraction, timestamps stay true', async () => {
    const clock = scaledClock(1000);
    const before = Date.now();

    await clock.sleep(60_000);

    expect(Date.now() - before).toBeGreaterThanOrEqual(59);
    expect(Date.now() - before).toBeLessThan(1_000);
    expect(Math.abs(clock.now().getTime() - Date.now())).toBeLessThan(100);
  });

  test('ends a sleep with the signal’s reason', async () => {
    const controller = new AbortController();
    const sleeping = scaledClock(1).sleep(60_000, controller.signal);

    controller.abort(new Error('enough'));

    await expect(sleeping).rejects.toThrow('enough');
    await expect(scaledClock(1).sleep(10, controller.signal)).rejects.toThrow('enough');
  });

  test('repeats until told to stop', async () => {
    const clock = scaledClock(1000);
    let runs = 0;
    const stop = clock.every(10_000, () => {
      runs += 1;
    });
    await clock.sleep(100_000);

    stop();
    const counted = runs;
    await clock.sleep(50_000);

    expect(counted).toBeGreaterThan(2);
    expect(runs).toBe(counted);
  });

  test.each([0, -1, Number.NaN])('refuses the scale %p', (scale) => {
    expect(() => scaledClock(scale)).toThrow(/scale must be a number above 0/);
  });
});
