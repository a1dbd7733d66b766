import { type CheckResult, freshness } from './verdict.ts';

/**
 * Whether a clone's data reaches up to the restore point and not beyond it, by the heartbeats in it. `boundSeconds`
 * is how old the newest may be: the sentinel's period and some slack. Times in RFC 3339.
 */
export function judgeFreshness(
  newest: string | null,
  restorePoint: string,
  boundSeconds: number,
): CheckResult {
  if (newest === null)
    return { check: freshness, verdict: 'inconclusive', reason: 'the clone has no heartbeat' };
  const age = (Date.parse(restorePoint) - Date.parse(newest)) / 1000;
  if (age < 0)
    return {
      check: freshness,
      verdict: 'fail',
      reason: `the newest heartbeat, ${newest}, is after the restore point ${restorePoint}`,
    };
  if (age > boundSeconds)
    return {
      check: freshness,
      verdict: 'fail',
      reason: `the newest heartbeat, ${newest}, is ${age.toFixed(0)} s before the restore point, more than ${boundSeconds} s`,
    };
  return { check: freshness, verdict: 'pass' };
}
