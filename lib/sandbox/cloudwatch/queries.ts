import { type SandboxContext, ServiceError } from '../contract.ts';
import type { Metric, MetricStore, Sample } from './metric-store.ts';
import { checkStatistic, statisticOf } from './statistics.ts';

/** Reading metrics back. Periods shrink with the clock; timestamps are true. */
export class MetricQueries {
  readonly #context: SandboxContext;
  readonly #store: MetricStore;

  constructor(context: SandboxContext, store: MetricStore) {
    this.#context = context;
    this.#store = store;
  }

  list(input: any) {
    const fits = (metric: Metric) =>
      (!input.Namespace || metric.namespace === input.Namespace) &&
      (!input.MetricName || metric.name === input.MetricName) &&
      (input.Dimensions ?? []).every((filter: any) =>
        metric.dimensions.some(
          ({ Name, Value }) => Name === filter.Name && (filter.Value === undefined || Value === filter.Value),
        ),
      );
    const Metrics = this.#store
      .all()
      .filter(fits)
      .map((metric) => ({
        Namespace: metric.namespace,
        MetricName: metric.name,
        Dimensions: metric.dimensions,
      }));
    return { Metrics };
  }

  statistics(input: any) {
    const statistics: string[] = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
    for (const statistic of statistics) checkStatistic(statistic);
    const Datapoints = this.#periods(input, input).map(({ at, samples }) => ({
      Timestamp: at,
      Unit: samples[0]!.unit,
      ...Object.fromEntries(
        (input.Statistics ?? []).map((name: string) => [name, statisticOf(name, samples)]),
      ),
      ...(input.ExtendedStatistics && {
        ExtendedStatistics: Object.fromEntries(
          input.ExtendedStatistics.map((name: string) => [name, statisticOf(name, samples)]),
        ),
      }),
    }));
    return { Label: input.MetricName, Datapoints };
  }

  data(input: any) {
    const MetricDataResults = input.MetricDataQueries.filter((query: any) => query.ReturnData !== false).map(
      (query: any) => {
        if (!query.MetricStat) {
          throw new ServiceError(
            'InvalidParameterValue',
            `The sandbox has no metric math: query ${query.Id} has no MetricStat.`,
          );
        }
        const { Metric: metric, Period, Stat, Unit } = query.MetricStat;
        checkStatistic(Stat);
        const periods = this.#periods({ ...metric, Period, Unit }, input);
        if (input.ScanBy !== 'TimestampAscending') periods.reverse();
        return {
          Id: query.Id,
          Label: query.Label ?? metric.MetricName,
          Timestamps: periods.map(({ at }) => at),
          Values: periods.map(({ samples }) => statisticOf(Stat, samples)),
          StatusCode: 'Complete',
        };
      },
    );
    return { MetricDataResults, Messages: [] };
  }

  /** Periods that have samples, oldest first. */
  #periods(metric: any, range: { StartTime: Date; EndTime: Date }): { at: Date; samples: Sample[] }[] {
    const periodMs = (metric.Period * 1000) / this.#context.clock.recurrenceScale;
    const from = Math.floor(new Date(range.StartTime).getTime() / periodMs) * periodMs;
    const chosen = { namespace: metric.Namespace, name: metric.MetricName, dimensions: metric.Dimensions };
    const samples = this.#store.samples(chosen, from, new Date(range.EndTime).getTime(), metric.Unit);
    const periods = Map.groupBy(samples, (sample) => Math.floor(sample.at / periodMs));
    return [...periods]
      .sort(([a], [b]) => a - b)
      .map(([period, within]) => ({ at: new Date(period * periodMs), samples: within }));
  }
}
