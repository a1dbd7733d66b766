import type { AwsEvent } from '../contract.ts';
import type { Alarm, AlarmState } from './alarm.ts';
import { awsTime } from './metric-alarm.ts';

/** What changed: `triggering` is the child whose change moved a composite alarm. */
export interface StateChange {
  alarm: Alarm;
  previous: AlarmState;
}

/** The event that CloudWatch puts on the default bus. */
export function stateChangeEvent({ alarm, previous }: StateChange): AwsEvent {
  return {
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      state: eventState(alarm.state),
      previousState: eventState(previous),
      configuration: configuration(alarm),
    },
  };
}

function eventState(state: AlarmState) {
  return {
    value: state.value,
    reason: state.reason,
    ...(state.reasonData !== undefined && { reasonData: state.reasonData }),
    timestamp: awsTime(state.updatedAt),
  };
}

function configuration({ kind, settings }: Alarm) {
  const description = settings.AlarmDescription && { description: settings.AlarmDescription };
  if (kind === 'CompositeAlarm') return { alarmRule: settings.AlarmRule, ...description };
  const dimensions = Object.fromEntries(
    settings.Dimensions.map((dimension: any) => [dimension.Name, dimension.Value]),
  );
  const metricStat = {
    metric: { namespace: settings.Namespace, name: settings.MetricName, dimensions },
    period: settings.Period,
    stat: settings.ExtendedStatistic ?? settings.Statistic,
  };
  return { ...description, metrics: [{ id: 'm1', metricStat, returnData: true }] };
}

const regionNames: Record<string, string> = {
  'eu-central-1': 'EU (Frankfurt)',
  'eu-west-1': 'EU (Ireland)',
  'us-east-1': 'US East (N. Virginia)',
  'us-west-2': 'US West (Oregon)',
};

/** Subject and message that an alarm publishes to a topic. */
export function topicMessage({ alarm, previous }: StateChange, account: string, region: string) {
  const { settings, state } = alarm;
  const regionName = regionNames[region] ?? region;
  const message = {
    AlarmName: alarm.name,
    ...(settings.AlarmDescription && { AlarmDescription: settings.AlarmDescription }),
    AWSAccountId: account,
    AlarmConfigurationUpdatedTimestamp: awsTime(alarm.configuredAt),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: awsTime(state.updatedAt),
    Region: regionName,
    AlarmArn: alarm.arn,
    OldStateValue: previous.value,
    ActionExecutedAfterMuteWindow: false,
    OKActions: settings.OKActions,
    AlarmActions: settings.AlarmActions,
    InsufficientDataActions: settings.InsufficientDataActions,
    ...cause(alarm),
  };
  return { Subject: `${state.value}: "${alarm.name}" in ${regionName}`, Message: JSON.stringify(message) };
}

function cause({ kind, settings, state }: Alarm) {
  if (kind === 'CompositeAlarm') {
    const children: any[] = state.reasonData ? (JSON.parse(state.reasonData).triggeringAlarms ?? []) : [];
    return {
      AlarmRule: settings.AlarmRule,
      TriggeringChildren: children.map((child) => ({
        Arn: child.arn,
        State: { Value: child.state.value, Timestamp: child.state.timestamp },
      })),
    };
  }
  const statistic = settings.ExtendedStatistic
    ? { StatisticType: 'ExtendedStatistic', ExtendedStatistic: settings.ExtendedStatistic }
    : { StatisticType: 'Statistic', Statistic: screaming(settings.Statistic) };
  return {
    Trigger: {
      MetricName: settings.MetricName,
      Namespace: settings.Namespace,
      ...statistic,
      Unit: settings.Unit ?? null,
      Dimensions: settings.Dimensions.map((dimension: any) => ({
        value: dimension.Value,
        name: dimension.Name,
      })),
      Period: settings.Period,
      EvaluationPeriods: settings.EvaluationPeriods,
      ...(settings.DatapointsToAlarm && { DatapointsToAlarm: settings.DatapointsToAlarm }),
      ComparisonOperator: settings.ComparisonOperator,
      Threshold: settings.Threshold,
      TreatMissingData: settings.TreatMissingData ?? 'missing',
      EvaluateLowSampleCountPercentile: settings.EvaluateLowSampleCountPercentile ?? '',
    },
  };
}

/** SampleCount → SAMPLE_COUNT */
function screaming(statistic: string): string {
  return statistic.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
