import { ServiceError } from '../contract.ts';

export interface Dimension {
  Name: string;
  Value: string;
}

/** One value at one time, or what is known of many values. */
export interface Sample {
  at: number;
  unit: string;
  sum: number;
  minimum: number;
  maximum: number;
  count: number;
  /** Single values with how often each came; absent where only a summary was given. */
  values?: [value: number, count: number][];
}

export interface Metric {
  namespace: string;
  name: string;
  dimensions: Dimension[];
  samples: Sample[];
}

/** More than an alarm or a test looks back; older ones are forgotten. */
const keptPerMetric = 20_000;

/** Metrics in memory. A metric is its namespace, name and exact set of dimensions. */
export class MetricStore {
  readonly #metrics = new Map<string, Metric>();

  put(namespace: string, datum: any, now: Date): void {
    const { MetricName: name } = datum;
    if (!namespace || !name) {
      throw new ServiceError(
        'MissingParameter',
        'The parameters Namespace and MetricData.member.1.MetricName are required.',
      );
    }
    const dimensions: Dimension[] = datum.Dimensions ?? [];
    const key = keyOf(namespace, name, dimensions);
    const metric: Metric = this.#metrics.get(key) ?? { namespace, name, dimensions, samples: [] };
    this.#metrics.set(key, metric);
    metric.samples.push(sampleOf(datum, now));
    if (metric.samples.length > keptPerMetric) metric.samples.splice(0, keptPerMetric / 2);
  }

  /** Samples with `from` ≤ time < `to`, of one unit where one is given. */
  samples(
    metric: { namespace: string; name: string; dimensions?: Dimension[] },
    from: number,
    to: number,
    unit?: string,
  ): Sample[] {
    const found = this.#metrics.get(keyOf(metric.namespace, metric.name, metric.dimensions ?? []));
    return (found?.samples ?? []).filter(
      (sample) => sample.at >= from && sample.at < to && (!unit || sample.unit === unit),
    );
  }

  all(): Metric[] {
    return [...this.#metrics.values()];
  }
}

function keyOf(namespace: string, name: string, dimensions: Dimension[]): string {
  const sorted = dimensions.map(({ Name, Value }) => [Name, Value]).sort(([a], [b]) => (a! < b! ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

function sampleOf(datum: any, now: Date): Sample {
  const at = new Date(datum.Timestamp ?? now).getTime();
  const unit = datum.Unit ?? 'None';
  const set = datum.StatisticValues;
  if (set) {
    return { at, unit, sum: set.Sum, minimum: set.Minimum, maximum: set.Maximum, count: set.SampleCount };
  }
  const given: number[] = datum.Values ?? [datum.Value];
  if (given.length === 0 || !given.every((value) => Number.isFinite(value))) {
    throw new ServiceError(
      'InvalidParameterValue',
      `The value of ${datum.MetricName} must be a number, got ${given}`,
    );
  }
  const values = given.map((value, index): [number, number] => [value, datum.Counts?.[index] ?? 1]);
  return {
    at,
    unit,
    sum: values.reduce((sum, [value, count]) => sum + value * count, 0),
    minimum: Math.min(...given),
    maximum: Math.max(...given),
    count: values.reduce((sum, [, count]) => sum + count, 0),
    values,
  };
}
