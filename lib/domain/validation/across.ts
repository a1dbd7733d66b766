import { sameNumber, sumOf } from './decimal.ts';
import type { Verdict } from './verdict.ts';

/** One shard's part of one transfer that does not balance on that shard alone. */
interface Half {
  shard: string;
  id: string;
  amount: string;
  /** When it was booked, RFC 3339, where the policy's query says so. */
  at?: string;
}

export interface TotalMeasured {
  name: string;
  expected: string;
  /** One number of each shard. */
  parts: { shard: string; value: string }[];
  /** Absent where the policy lists no straddling transfers for this total. */
  halves?: Half[];
}

export interface TotalVerdict {
  name: string;
  verdict: Verdict;
  sum: string;
  expected: string;
  /** Transfers of which only some halves are in the clones, by id. */
  straddling: string[];
  reason?: string;
}

export interface AcrossOptions {
  shards: string[];
  /** RFC 3339: this run's, and those of the runs that went live before it, whose torn transfers stayed torn. */
  restorePoints: string[];
  /** How far from the restore point a transfer may lie whose other half is on the other side of it. */
  skewSeconds: number;
}

/**
 * Adds a total over all shards. Shards are restored to one time, not to one transaction: a transfer between two may
 * have one half before the restore point and the other after it, and is torn on a healthy restore. Such transfers are
 * listed, and the sum must differ from what is expected by exactly what they lack. A transfer dated far from
 * every restore point straddled none: what it lacks is not excused.
 */
export function judgeTotal(measured: TotalMeasured, options: AcrossOptions): TotalVerdict {
  const { name, expected, parts, halves = [] } = measured;
  const sum = sumOf(parts.map(({ value }) => value));
  const torn = tornTransfers(halves).filter(({ times }) => times.every((at) => near(at, options)));
  const base = { name, sum, expected, straddling: torn.map(({ id }) => id) };
  const missing = options.shards.filter((shard) => parts.filter((part) => part.shard === shard).length !== 1);
  if (missing.length > 0)
    return { ...base, verdict: 'inconclusive', reason: `there is not one number of ${missing.join(', ')}` };
  const accounted = sumOf([expected, ...torn.map(({ residual }) => residual)]);
  if (!sameNumber(sum, accounted))
    return {
      ...base,
      verdict: 'fail',
      reason: `the sum is ${sum}, expected ${expected}, with ${torn.length} straddling transfers ${accounted}`,
    };
  return { ...base, verdict: 'pass' };
}

/** Transfers whose halves on all shards together do not come to zero. */
function tornTransfers(halves: Half[]): { id: string; residual: string; times: string[] }[] {
  const byId = Map.groupBy(halves, ({ id }) => id);
  return [...byId]
    .map(([id, parts]) => ({
      id,
      residual: sumOf(parts.map(({ amount }) => amount)),
      times: parts.flatMap(({ at }) => at ?? []),
    }))
    .filter(({ residual }) => !sameNumber(residual, '0'));
}

function near(at: string, { restorePoints, skewSeconds }: AcrossOptions): boolean {
  return restorePoints.some((point) => Math.abs(Date.parse(at) - Date.parse(point)) <= skewSeconds * 1000);
}
