import { ServiceError } from '../contract.ts';
import type { MetricAlarm } from './alarm.ts';
import { type Datapoint, evaluate, extraPeriods, type StateValue } from './evaluation.ts';
import type { MetricStore } from './metric-store.ts';
import { checkStatistic, statisticOf } from './statistics.ts';

const comparisons: Record<
  string,
  { breaches: (value: number, threshold: number) => boolean; words: string }
> = {
  GreaterThanThreshold: {
    breaches: (value, threshold) => value > threshold,
    words: 'greater than the threshold',
  },
  GreaterThanOrEqualToThreshold: {
    breaches: (value, threshold) => value >= threshold,
    words: 'greater than or equal to the threshold',
  },
  LessThanThreshold: { breaches: (value, threshold) => value < threshold, words: 'less than the threshold' },
  LessThanOrEqualToThreshold: {
    breaches: (value, threshold) => value <= threshold,
    words: 'less than or equal to the threshold',
  },
};

/** The request of PutMetricAlarm with defaults; throws on what the sandbox can't evaluate. */
export function metricAlarmSettings(input: any) {
  if (input.Metrics || input.ThresholdMetricId || input.EvaluationCriteria) {
    throw new ServiceError(
      'InvalidParameterValue',
      'The sandbox evaluates alarms on one metric: no metric math.',
    );
  }
  for (const member of ['AlarmName', 'MetricName', 'Namespace', 'Period', 'EvaluationPeriods', 'Threshold']) {
    if (input[member] === undefined) {
      throw new ServiceError('MissingParameter', `The parameter ${member} is required.`);
    }
  }
  if (!comparisons[input.ComparisonOperator]) {
    const known = Object.keys(comparisons).join(', ');
    throw new ServiceError(
      'InvalidParameterValue',
      `ComparisonOperator must be one of ${known}, got ${input.ComparisonOperator}`,
    );
  }
  checkStatistic(input.ExtendedStatistic ?? input.Statistic);
  if (input.DatapointsToAlarm > input.EvaluationPeriods) {
    throw new ServiceError(
      'ValidationError',
      `DatapointsToAlarm must be at most EvaluationPeriods (${input.EvaluationPeriods}), got ${input.DatapointsToAlarm}`,
    );
  }
  return {
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    Dimensions: [],
    ...input,
  };
}

export interface MetricVerdict {
  /** `undefined`: the alarm keeps its state. */
  state: StateValue | undefined;
  reason: string;
  reasonData: string;
}

/** Evaluates complete periods only; `periodMs` is the alarm's period as the clock shrinks it. */
export function evaluateMetricAlarm(
  alarm: MetricAlarm,
  store: MetricStore,
  now: Date,
  periodMs: number,
): MetricVerdict {
  const { settings } = alarm;
  const comparison = comparisons[settings.ComparisonOperator]!;
  const statistic: string = settings.ExtendedStatistic ?? settings.Statistic;
  const range = datapoints(alarm, store, now, periodMs, statistic);
  const verdict = evaluate(range, {
    evaluationPeriods: settings.EvaluationPeriods,
    datapointsToAlarm: settings.DatapointsToAlarm ?? settings.EvaluationPeriods,
    treatMissingData: settings.TreatMissingData ?? 'missing',
    breaches: (value) => comparison.breaches(value, settings.Threshold),
  });
  const values = verdict.evaluated.filter((datapoint) => datapoint.value !== undefined);
  const reasonData = {
    version: '1.0',
    queryDate: awsTime(now),
    ...(values.length > 0 && { startDate: awsTime(values.at(-1)!.at) }),
    ...(settings.Unit && { unit: settings.Unit }),
    statistic,
    period: settings.Period,
    recentDatapoints: values.map((datapoint) => datapoint.value).reverse(),
    threshold: settings.Threshold,
    evaluatedDatapoints: verdict.evaluated.map(({ at, sampleCount, value }) => ({
      timestamp: awsTime(at),
      sampleCount,
      value,
    })),
  };
  return {
    state: verdict.state,
    reason: reasonOf(alarm, verdict.state, values, verdict.filled),
    reasonData: JSON.stringify(reasonData),
  };
}

function datapoints(
  { settings }: MetricAlarm,
  store: MetricStore,
  now: Date,
  periodMs: number,
  statistic: string,
): Datapoint[] {
  const metric = {
    namespace: settings.Namespace,
    name: settings.MetricName,
    dimensions: settings.Dimensions,
  };
  const current = Math.floor(now.getTime() / periodMs);
  return Array.from({ length: settings.EvaluationPeriods + extraPeriods }, (_, index) => {
    const period = current - 1 - index;
    const from = period * periodMs;
    const samples = store.samples(metric, from, from + periodMs, settings.Unit);
    const at = new Date(from);
    if (samples.length === 0) return { at };
    return { at, value: statisticOf(statistic, samples), sampleCount: statisticOf('SampleCount', samples) };
  });
}

function reasonOf(
  alarm: MetricAlarm,
  state: StateValue | undefined,
  values: Datapoint[],
  filled: number,
): string {
  const { settings } = alarm;
  const threshold = decimal(settings.Threshold);
  const missing = filled === 1 ? '1 missing datapoint was' : `${filled} missing datapoints were`;
  const treatment = { breaching: 'Breaching', notBreaching: 'NonBreaching' }[
    settings.TreatMissingData as string
  ];
  if (state === 'INSUFFICIENT_DATA') {
    return `Insufficient Data: ${filled === 1 ? '1 datapoint was' : `${filled} datapoints were`} unknown.`;
  }
  if (values.length === 0) {
    const periods = filled === 1 ? '1 period' : `${filled} periods`;
    return `Threshold Crossed: no datapoints were received for ${periods} and ${missing} treated as [${treatment}].`;
  }
  const { breaches, words } = comparisons[settings.ComparisonOperator]!;
  const deciding = values.filter(({ value }) => breaches(value!, settings.Threshold) === (state === 'ALARM'));
  const list = deciding.map(({ at, value }) => `${decimal(value!)} (${shortTime(at)})`).join(', ');
  const single = settings.EvaluationPeriods === 1;
  const count = single
    ? '1 datapoint'
    : `${deciding.length} out of the last ${settings.EvaluationPeriods} datapoints`;
  const verb = deciding.length === 1 ? 'was' : 'were';
  const not = state === 'ALARM' ? '' : 'not ';
  return `Threshold Crossed: ${count} [${list}] ${verb} ${not}${words} (${threshold}).`;
}

function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function shortTime(at: Date): string {
  const [, year, month, day, time] = /^\d\d(\d\d)-(\d\d)-(\d\d)T(.{8})/.exec(at.toISOString())!;
  return `${day}/${month}/${year} ${time}`;
}

/** `2026-11-22T03:04:05.678+0000` */
export function awsTime(at: Date): string {
  return at.toISOString().replace('Z', '+0000');
}
