import { ServiceError } from '../contract.ts';
import type { Sample } from './metric-store.ts';

/** A period's samples as one number. `statistic` is a name of CloudWatch's or a percentile such as `p99`. */
export function statisticOf(statistic: string, samples: Sample[]): number {
  const count = total(samples, 'count');
  switch (statistic) {
    case 'SampleCount':
      return count;
    case 'Sum':
      return total(samples, 'sum');
    case 'Average':
      return total(samples, 'sum') / count;
    case 'Minimum':
      return Math.min(...samples.map((sample) => sample.minimum));
    case 'Maximum':
      return Math.max(...samples.map((sample) => sample.maximum));
    default:
      return percentile(statistic, samples);
  }
}

/** Throws where the sandbox has no such statistic. */
export function checkStatistic(statistic: string): void {
  if (['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'].includes(statistic)) return;
  if (/^p(\d{1,2}(\.\d+)?|100)$/.test(statistic)) return;
  throw new ServiceError(
    'InvalidParameterValue',
    `The sandbox knows SampleCount, Sum, Average, Minimum, Maximum and percentiles (p0 to p100), got ${statistic}`,
  );
}

function percentile(statistic: string, samples: Sample[]): number {
  checkStatistic(statistic);
  const values = samples
    .flatMap((sample) => sample.values ?? [[sample.sum / sample.count, sample.count] as [number, number]])
    .sort(([a], [b]) => a - b);
  const rank = (Number(statistic.slice(1)) / 100) * total(samples, 'count');
  let seen = 0;
  for (const [value, count] of values) {
    seen += count;
    if (seen >= rank) return value;
  }
  return Number.NaN;
}

function total(samples: Sample[], member: 'sum' | 'count'): number {
  return samples.reduce((sum, sample) => sum + sample[member], 0);
}
