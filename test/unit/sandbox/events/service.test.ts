import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import { ServiceError } from '../../../../lib/sandbox/contract.ts';
import { EventBridgeService } from '../../../../lib/sandbox/events/service.ts';
import { SqsService } from '../../../../lib/sandbox/sqs/service.ts';
import { directory, fakeService, until } from './fake-context.ts';

const functionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:trigger';
const ruleArn = 'arn:aws:events:eu-central-1:111122223333:rule/alarm';
const deadLetters = 'arn:aws:sqs:eu-central-1:111122223333:dead-letters';
const alarmed = {
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  resources: ['arn:aws:cloudwatch:eu-central-1:111122223333:alarm:orders'],
  detail: { state: { value: 'ALARM' } },
};

let context: ServiceDirectory;
let events: EventBridgeService;
let invoked: any[];
let answer: () => object;
let allowed: string | undefined;

beforeEach(async () => {
  ({ context } = directory());
  events = new EventBridgeService(context);
  invoked = [];
  answer = () => ({ StatusCode: 202 });
  allowed = ruleArn;
  context.register(events);
  context.register(new SqsService(context));
  context.register(
    fakeService('lambda', {
      Invoke: async (input, call) => {
        invoked.push({ ...input, Payload: JSON.parse(new TextDecoder().decode(input.Payload)), call });
        return answer();
      },
      GetFunctionConfiguration: async () => ({}),
      GetPolicy: async () => ({
        Policy: JSON.stringify({
          Statement: [
            {
              Principal: { Service: 'events.amazonaws.com' },
              Condition: { ArnLike: { 'AWS:SourceArn': allowed } },
            },
          ],
        }),
      }),
    }),
  );
  await context.call('sqs', 'CreateQueue', { QueueName: 'dead-letters' });
  await context.call('events', 'PutRule', {
    Name: 'alarm',
    EventPattern: JSON.stringify({ source: ['aws.cloudwatch'], detail: { state: { value: ['ALARM'] } } }),
  });
});

afterEach(() => events.stop());

function target(settings: object = {}) {
  return context.call('events', 'PutTargets', {
    Rule: 'alarm',
    Targets: [{ Id: 'trigger', Arn: functionArn, DeadLetterConfig: { Arn: deadLetters }, ...settings }],
  });
}

async function deadLetter(): Promise<any> {
  const { QueueUrl } = await context.call('sqs', 'GetQueueUrl', { QueueName: 'dead-letters' });
  let message: any;
  await until(async () => {
    message = (await context.call('sqs', 'ReceiveMessage', { QueueUrl, MessageAttributeNames: ['All'] }))
      .Messages?.[0];
    return message !== undefined;
  });
  return message;
}

describe('a matching event', () => {
  test('reaches the function as AWS shapes it, asynchronously', async () => {
    await target();
    events.receive(alarmed);
    await until(() => invoked.length === 1);
    expect(invoked[0]).toMatchObject({ FunctionName: functionArn, InvocationType: 'Event' });
    expect(invoked[0].Payload).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      account: '111122223333',
      region: 'eu-central-1',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      ...alarmed,
    });
  });

  test('is delivered again after a fault of the service', async () => {
    let faults = 2;
    answer = () => {
      if (faults-- > 0) throw new ServiceError('ServiceException', 'down', { status: 500 });
      return {};
    };
    await target();
    events.receive(alarmed);
    await until(() => invoked.length === 3);
  });

  test('lies in the dead-letter queue when the retries are used up', async () => {
    answer = () => {
      throw new ServiceError('ServiceException', 'down', { status: 500 });
    };
    await target({ RetryPolicy: { MaximumRetryAttempts: 1 } });
    events.receive(alarmed);
    const message = await deadLetter();
    expect(JSON.parse(message.Body)).toMatchObject(alarmed);
    expect(message.MessageAttributes).toMatchObject({
      RULE_ARN: { StringValue: ruleArn },
      TARGET_ARN: { StringValue: functionArn },
      ERROR_CODE: { StringValue: 'ServiceException' },
      EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumRetryAttempts' },
      RETRY_ATTEMPTS: { StringValue: '1' },
    });
  });

  test('is not delivered where the function’s policy names another rule', async () => {
    allowed = `${ruleArn}-other`;
    await target();
    events.receive(alarmed);
    const { MessageAttributes } = await deadLetter();
    expect(MessageAttributes.ERROR_CODE.StringValue).toBe('NO_PERMISSIONS');
    expect(invoked).toEqual([]);
  });
});

test('an event that does not match, or a disabled rule, reaches nobody', async () => {
  await target();
  events.receive({ ...alarmed, detail: { state: { value: 'OK' } } });
  await context.call('events', 'DisableRule', { Name: 'alarm' });
  events.receive(alarmed);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(invoked).toEqual([]);
});

test('PutEvents answers each entry by itself', async () => {
  const good = { Source: 'orders', DetailType: 'deploy', Detail: '{"version":3}' };
  const { FailedEntryCount, Entries } = await context.call('events', 'PutEvents', {
    Entries: [good, { ...good, Detail: 'no' }, { ...good, Source: 'aws.rds' }, { Source: 'orders' }],
  });
  expect(FailedEntryCount).toBe(3);
  expect(Entries.map((entry: any) => entry.ErrorCode ?? 'ok')).toEqual([
    'ok',
    'MalformedDetail',
    'NotAuthorizedForSourceException',
    'InvalidArgument',
  ]);
});

test('a rule with targets is not deleted', async () => {
  await target();
  await expect(context.call('events', 'DeleteRule', { Name: 'alarm' })).rejects.toThrow(/has targets/);
  await context.call('events', 'RemoveTargets', { Rule: 'alarm', Ids: ['trigger'] });
  await context.call('events', 'DeleteRule', { Name: 'alarm' });
  await expect(context.call('events', 'DescribeRule', { Name: 'alarm' })).rejects.toThrow(/does not exist/);
});

test('a rule with a rate fires by the clock', async () => {
  await context.call('events', 'PutRule', { Name: 'tick', ScheduleExpression: 'rate(1 minute)' });
  allowed = ruleArn.replace('alarm', 'tick');
  await context.call('events', 'PutTargets', { Rule: 'tick', Targets: [{ Id: 'f', Arn: functionArn }] });
  await until(() => invoked.length >= 2);
  expect(invoked[0].Payload).toMatchObject({ source: 'aws.events', 'detail-type': 'Scheduled Event' });
});

test('another bus than the default one is refused', async () => {
  await expect(
    context.call('events', 'PutRule', {
      Name: 'x',
      EventPattern: '{"source":["a"]}',
      EventBusName: 'custom',
    }),
  ).rejects.toThrow(/default bus only/);
});

test('TestEventPattern wants a whole event', async () => {
  const EventPattern = JSON.stringify({ source: ['aws.cloudwatch'] });
  const whole = { id: '1', account: '111122223333', time: '2026-11-22T03:04:05Z', region: 'eu-central-1' };
  const ask = (event: object) =>
    context.call('events', 'TestEventPattern', { EventPattern, Event: JSON.stringify(event) });

  expect(await ask({ ...alarmed, ...whole })).toEqual({ Result: true });
  await expect(ask(alarmed)).rejects.toMatchObject({ message: 'Parameter Event is not valid.' });
});

test('targets are listed a page at a time', async () => {
  await context.call('events', 'PutRule', { Name: 'pages', EventPattern: '{"source":["x"]}' });
  const Targets = ['a', 'b', 'c'].map((Id) => ({ Id, Arn: deadLetters }));
  await context.call('events', 'PutTargets', { Rule: 'pages', Targets });

  const list = (more: object) => context.call('events', 'ListTargetsByRule', { Rule: 'pages', ...more });
  const first = await list({ Limit: 2 });
  expect(first.Targets).toHaveLength(2);
  expect(await list({ NextToken: first.NextToken })).toEqual({ Targets: [Targets[2]], NextToken: undefined });
});
