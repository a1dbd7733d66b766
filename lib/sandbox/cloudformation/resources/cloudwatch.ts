import { pick, type ResourceType } from '../resource-type.ts';

const actions = [
  'ActionsEnabled',
  'AlarmActions',
  'OKActions',
  'InsufficientDataActions',
  'AlarmDescription',
] as const;
const metricSettings = [
  ...actions,
  'Namespace',
  'MetricName',
  'Dimensions',
  'Statistic',
  'ExtendedStatistic',
  'Period',
  'Unit',
  'EvaluationPeriods',
  'DatapointsToAlarm',
  'Threshold',
  'ComparisonOperator',
  'TreatMissingData',
  'Metrics',
] as const;
const compositeSettings = [
  ...actions,
  'AlarmRule',
  'ActionsSuppressor',
  'ActionsSuppressorWaitPeriod',
  'ActionsSuppressorExtensionPeriod',
] as const;
const tags = { Tags: 'nothing reads them' };

const alarm: ResourceType = {
  type: 'AWS::CloudWatch::Alarm',
  honoured: ['AlarmName', ...metricSettings],
  withoutEffect: tags,
  async create({ properties, name, call, context }) {
    const AlarmName = name(properties.AlarmName);
    await call('monitoring', 'PutMetricAlarm', { ...pick(properties, metricSettings), AlarmName });
    return { id: AlarmName, attributes: { Arn: alarmArn(context, AlarmName) } };
  },
};

const compositeAlarm: ResourceType = {
  type: 'AWS::CloudWatch::CompositeAlarm',
  honoured: ['AlarmName', ...compositeSettings],
  withoutEffect: tags,
  async create({ properties, name, call, context }) {
    const AlarmName = name(properties.AlarmName);
    await call('monitoring', 'PutCompositeAlarm', { ...pick(properties, compositeSettings), AlarmName });
    return { id: AlarmName, attributes: { Arn: alarmArn(context, AlarmName) } };
  },
};

const dashboard: ResourceType = {
  type: 'AWS::CloudWatch::Dashboard',
  honoured: ['DashboardName', 'DashboardBody'],
  withoutEffect: tags,
  async create({ properties, name, call }) {
    const DashboardName = name(properties.DashboardName);
    await call('monitoring', 'PutDashboard', { DashboardName, DashboardBody: properties.DashboardBody });
    return { id: DashboardName };
  },
};

function alarmArn({ region, account }: { region: string; account: string }, name: string): string {
  return `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
}

export default [alarm, compositeAlarm, dashboard];
