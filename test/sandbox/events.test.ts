import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventsEndpoint } from './events-endpoint.ts';

const alarmArn = (name: string) => `arn:aws:cloudwatch:eu-central-1:111122223333:alarm:${name}`;
const queueArn = (name: string) => `arn:aws:sqs:eu-central-1:111122223333:${name}`;

let sandbox: Awaited<ReturnType<typeof eventsEndpoint>>;
let cloudWatch: CloudWatchClient;
let eventBridge: EventBridgeClient;
let scheduler: SchedulerClient;
let sns: SNSClient;
let sqs: SQSClient;

beforeAll(async () => {
  sandbox = await eventsEndpoint();
  cloudWatch = new CloudWatchClient(sandbox.client);
  eventBridge = new EventBridgeClient(sandbox.client);
  scheduler = new SchedulerClient(sandbox.client);
  sns = new SNSClient(sandbox.client);
  sqs = new SQSClient(sandbox.client);
});

afterAll(async () => {
  for (const client of [cloudWatch, eventBridge, scheduler, sns, sqs]) client.destroy();
  await sandbox.stop();
});

async function queue(QueueName: string): Promise<string> {
  return (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl!;
}

/** The next message's body, parsed. */
async function next(QueueUrl: string): Promise<any> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    if (Messages?.[0]) return JSON.parse(Messages[0].Body!);
  }
  throw new Error(`Nothing came to ${QueueUrl}`);
}

test('a measured violation goes through metric, alarm, composite alarm and rule to a target, and to a topic', async () => {
  const onBus = await queue('on-bus');
  const onTopic = await queue('on-topic');
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'orders-rollback' }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn('on-topic') }));
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'orders-invariants',
      Namespace: 'SafeRollback',
      MetricName: 'InvariantViolations',
      Dimensions: [{ Name: 'Cluster', Value: 'orders' }],
      Period: 60,
      EvaluationPeriods: 1,
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    }),
  );
  await cloudWatch.send(
    new PutCompositeAlarmCommand({
      AlarmName: 'orders-rollback-needed',
      AlarmRule: `ALARM("${alarmArn('orders-invariants')}")`,
      AlarmActions: [TopicArn!],
    }),
  );
  const EventPattern = JSON.stringify({
    source: ['aws.cloudwatch'],
    resources: [alarmArn('orders-rollback-needed')],
    detail: { state: { value: ['ALARM'] } },
  });
  await eventBridge.send(new PutRuleCommand({ Name: 'needed', EventPattern }));
  await eventBridge.send(
    new PutTargetsCommand({ Rule: 'needed', Targets: [{ Id: 'queue', Arn: queueArn('on-bus') }] }),
  );

  await cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: 'SafeRollback',
      MetricData: [
        { MetricName: 'InvariantViolations', Dimensions: [{ Name: 'Cluster', Value: 'orders' }], Value: 2 },
      ],
    }),
  );

  const event = await next(onBus);
  expect(event.detail).toMatchObject({ alarmName: 'orders-rollback-needed', state: { value: 'ALARM' } });
  const told = JSON.parse((await next(onTopic)).Message);
  expect(told).toMatchObject({ AlarmName: 'orders-rollback-needed', NewStateValue: 'ALARM' });
  expect(told.TriggeringChildren[0].Arn).toBe(alarmArn('orders-invariants'));
  const { CompositeAlarms } = await cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: ['orders-rollback-needed'], AlarmTypes: ['CompositeAlarm'] }),
  );
  expect(CompositeAlarms![0]!.StateUpdatedTimestamp).toBeInstanceOf(Date);
});

test('a schedule sends its input every nominal minute', async () => {
  const ticks = await queue('ticks');
  await scheduler.send(
    new CreateScheduleCommand({
      Name: 'tick',
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: queueArn('ticks'),
        RoleArn: 'arn:aws:iam::111122223333:role/scheduler',
        Input: '{"source":"schedule"}',
      },
    }),
  );
  expect(await next(ticks)).toEqual({ source: 'schedule' });
  expect(await next(ticks)).toEqual({ source: 'schedule' });
  const { CreationDate } = await scheduler.send(new GetScheduleCommand({ Name: 'tick' }));
  expect(CreationDate).toBeInstanceOf(Date);
});

test('errors reach the client under their names', async () => {
  await expect(
    eventBridge.send(new TestEventPatternCommand({ EventPattern: '{"source":"x"}', Event: '{}' })),
  ).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  await expect(scheduler.send(new GetScheduleCommand({ Name: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(
    sns.send(
      new SubscribeCommand({ TopicArn: 'arn:aws:sns:eu-central-1:111122223333:none', Protocol: 'sqs' }),
    ),
  ).rejects.toMatchObject({ name: 'NotFoundException' });
  await expect(
    sqs.send(new ReceiveMessageCommand({ QueueUrl: `${sandbox.client.endpoint}/111122223333/none` })),
  ).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
});
