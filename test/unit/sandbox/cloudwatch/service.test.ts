import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CloudWatchService } from '../../../../lib/sandbox/cloudwatch/service.ts';
import type { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import type { AwsEvent } from '../../../../lib/sandbox/contract.ts';
import { SnsService } from '../../../../lib/sandbox/sns/service.ts';
import { directory, until } from '../events/fake-context.ts';

const Dimensions = [{ Name: 'Cluster', Value: 'orders' }];
const metric = { Namespace: 'SafeRollback', MetricName: 'InvariantViolations', Dimensions };
const topicArn = 'arn:aws:sns:eu-central-1:111122223333:orders-rollback';

let context: ServiceDirectory;
let cloudWatch: CloudWatchService;
let sns: SnsService;
let events: AwsEvent[];

beforeEach(async () => {
  ({ context } = directory());
  cloudWatch = new CloudWatchService(context);
  sns = new SnsService(context);
  events = [];
  context.onEvent = (event) => events.push(event);
  context.register(cloudWatch);
  context.register(sns);
  await context.call('sns', 'CreateTopic', { Name: 'orders-rollback' });
});

afterEach(() => cloudWatch.stop());

const call = (operation: string, input: object) => context.call('monitoring', operation, input);

function putAlarm(settings: object = {}) {
  return call('PutMetricAlarm', {
    AlarmName: 'invariants',
    ...metric,
    Period: 60,
    EvaluationPeriods: 1,
    Statistic: 'Sum',
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [topicArn],
    ...settings,
  });
}

function putValue(Value: number) {
  const { Namespace, ...rest } = metric;
  return call('PutMetricData', { Namespace, MetricData: [{ ...rest, Value }] });
}

async function stateOf(name: string): Promise<any> {
  const found = await call('DescribeAlarms', {
    AlarmNames: [name],
    AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
  });
  return [...found.MetricAlarms, ...found.CompositeAlarms][0];
}

describe('an alarm on a metric', () => {
  test('begins without data, goes off at the end of a period, tells bus and topic, and comes back', async () => {
    await putAlarm();
    expect(await stateOf('invariants')).toMatchObject({
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
    });
    await until(async () => (await stateOf('invariants')).StateValue === 'OK');
    await putValue(3);
    await until(async () => (await stateOf('invariants')).StateValue === 'ALARM');

    const { StateReason, StateReasonData } = await stateOf('invariants');
    expect(StateReason).toMatch(
      /^Threshold Crossed: 1 datapoint \[3\.0 \(.{17}\)\] was greater than or equal to the threshold \(1\.0\)\.$/,
    );
    expect(JSON.parse(StateReasonData)).toMatchObject({
      statistic: 'Sum',
      period: 60,
      recentDatapoints: [3],
    });
    expect(events.at(-1)).toMatchObject({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: ['arn:aws:cloudwatch:eu-central-1:111122223333:alarm:invariants'],
      detail: { alarmName: 'invariants', state: { value: 'ALARM' }, previousState: { value: 'OK' } },
    });
    await until(() => sns.published(topicArn).length === 1);
    const [told] = sns.published(topicArn);
    expect(told!.subject).toBe('ALARM: "invariants" in EU (Frankfurt)');
    expect(JSON.parse(told!.message)).toMatchObject({
      AlarmName: 'invariants',
      NewStateValue: 'ALARM',
      OldStateValue: 'OK',
      Trigger: {
        MetricName: 'InvariantViolations',
        Statistic: 'SUM',
        Dimensions: [{ name: 'Cluster', value: 'orders' }],
      },
    });

    await until(async () => (await stateOf('invariants')).StateValue === 'OK');
  });

  test('with missing data as breaching goes off by silence', async () => {
    await putAlarm({
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
      ComparisonOperator: 'LessThanThreshold',
    });
    await until(async () => (await stateOf('invariants')).StateValue === 'ALARM');
    expect((await stateOf('invariants')).StateReason).toBe(
      'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching].',
    );
  });

  test('can be set by hand, and its history tells it', async () => {
    await putAlarm({ Period: 86_400 });
    await call('SetAlarmState', { AlarmName: 'invariants', StateValue: 'ALARM', StateReason: 'drill' });
    const { AlarmHistoryItems } = await call('DescribeAlarmHistory', {
      AlarmName: 'invariants',
      HistoryItemType: 'StateUpdate',
    });
    expect(AlarmHistoryItems[0].HistorySummary).toBe('Alarm updated from INSUFFICIENT_DATA to ALARM');
    expect(JSON.parse(AlarmHistoryItems[0].HistoryData).newState).toEqual({
      stateValue: 'ALARM',
      stateReason: 'drill',
    });
  });

  test('tells nobody while its actions are off', async () => {
    await putAlarm({ Period: 86_400 });
    await call('DisableAlarmActions', { AlarmNames: ['invariants'] });
    await call('SetAlarmState', { AlarmName: 'invariants', StateValue: 'ALARM', StateReason: 'drill' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sns.published(topicArn)).toEqual([]);
    expect(events).toHaveLength(1);
  });
});

describe('a composite alarm', () => {
  beforeEach(async () => {
    for (const AlarmName of ['one', 'two']) await putAlarm({ AlarmName, Period: 86_400, AlarmActions: [] });
    await call('PutCompositeAlarm', {
      AlarmName: 'needed',
      AlarmRule: 'ALARM("one") OR ALARM("arn:aws:cloudwatch:eu-central-1:111122223333:alarm:two")',
    });
  });

  const set = (AlarmName: string, StateValue: string) =>
    call('SetAlarmState', { AlarmName, StateValue, StateReason: 'test' });

  test('follows its children and names the one that moved it', async () => {
    expect((await stateOf('needed')).StateValue).toBe('OK');
    await set('one', 'ALARM');
    await set('two', 'ALARM');
    const { StateValue, StateReasonData } = await stateOf('needed');
    expect(StateValue).toBe('ALARM');
    expect(JSON.parse(StateReasonData).triggeringAlarms[0]).toMatchObject({
      arn: 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:one',
      state: { value: 'ALARM' },
    });
    await set('one', 'OK');
    expect((await stateOf('needed')).StateValue).toBe('ALARM');
    await set('two', 'OK');
    expect((await stateOf('needed')).StateValue).toBe('OK');
  });

  test('is described only where composite alarms are asked for', async () => {
    const found = await call('DescribeAlarms', { AlarmNames: ['needed'] });
    expect(found).toEqual({ MetricAlarms: [], CompositeAlarms: [] });
  });

  test('cannot name an alarm that does not exist', async () => {
    await expect(call('PutCompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM(gone)' })).rejects.toThrow(
      /gone/,
    );
  });
});

test('metrics are read back by period', async () => {
  await putValue(1);
  await putValue(4);
  const range = { StartTime: new Date(Date.now() - 10_000), EndTime: new Date(Date.now() + 1000) };
  const { MetricDataResults } = await call('GetMetricData', {
    ...range,
    MetricDataQueries: ['Sum', 'Maximum', 'p50'].map((Stat, index) => ({
      Id: `m${index}`,
      MetricStat: { Metric: metric, Period: 86_400, Stat },
    })),
  });
  expect(MetricDataResults.map((result: any) => result.Values)).toEqual([[5], [4], [1]]);
  expect((await call('ListMetrics', { Namespace: 'SafeRollback' })).Metrics).toHaveLength(1);
});

test.each([
  [
    'PutMetricData',
    { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 'x' }] },
    /must be a number, got x/,
  ],
  ['PutMetricAlarm', { AlarmName: 'a', Metrics: [] }, /no metric math/],
  ['PutDashboard', { DashboardName: 'd', DashboardBody: '{' }, /not JSON/],
  ['DeleteAlarms', { AlarmNames: ['gone'] }, /do not exist: gone/],
])('%s refuses %j', async (operation, input, message) => {
  await expect(call(operation, input)).rejects.toThrow(message);
});

test('an alarm that does not exist is refused without a word', async () => {
  await expect(
    call('SetAlarmState', { AlarmName: 'nobody', StateValue: 'OK', StateReason: 'test' }),
  ).rejects.toMatchObject({ code: 'ResourceNotFound', status: 404, message: '' });
});
