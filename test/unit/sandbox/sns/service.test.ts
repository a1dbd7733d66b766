import { beforeEach, expect, test } from '@jest/globals';
import type { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import { SnsService } from '../../../../lib/sandbox/sns/service.ts';
import { SqsService } from '../../../../lib/sandbox/sqs/service.ts';
import { directory, fakeService, until } from '../events/fake-context.ts';

let context: ServiceDirectory;
let sns: SnsService;
let log: string[];
let TopicArn: string;

beforeEach(async () => {
  ({ context, log } = directory());
  sns = new SnsService(context);
  context.register(sns);
  context.register(new SqsService(context));
  ({ TopicArn } = await context.call('sns', 'CreateTopic', { Name: 'orders-rollback' }));
});

test('a queue gets the message in an envelope', async () => {
  const { QueueUrl } = await context.call('sqs', 'CreateQueue', { QueueName: 'people' });
  const Endpoint = 'arn:aws:sqs:eu-central-1:111122223333:people';
  await context.call('sns', 'Subscribe', { TopicArn, Protocol: 'sqs', Endpoint });
  const { MessageId } = await context.call('sns', 'Publish', {
    TopicArn,
    Subject: 'Run',
    Message: 'started',
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'run' } },
  });
  let body: any;
  await until(async () => {
    const { Messages } = await context.call('sqs', 'ReceiveMessage', { QueueUrl });
    body = Messages && JSON.parse(Messages[0].Body);
    return body !== undefined;
  });
  expect(body).toMatchObject({
    Type: 'Notification',
    MessageId,
    TopicArn,
    Subject: 'Run',
    Message: 'started',
    MessageAttributes: { kind: { Type: 'String', Value: 'run' } },
  });
});

test('a function gets it as a record', async () => {
  const invoked: any[] = [];
  context.register(fakeService('lambda', { Invoke: async (input) => invoked.push(input) }));
  const Endpoint = 'arn:aws:lambda:eu-central-1:111122223333:function:chat';
  await context.call('sns', 'Subscribe', { TopicArn, Protocol: 'lambda', Endpoint });
  await context.call('sns', 'Publish', { TopicArn, Message: 'started' });
  await until(() => invoked.length === 1);
  const { Records } = JSON.parse(new TextDecoder().decode(invoked[0].Payload));
  expect(Records[0]).toMatchObject({ EventSource: 'aws:sns', Sns: { Message: 'started', TopicArn } });
});

test('what was published stays readable', async () => {
  await context.call('sns', 'Publish', { TopicArn, Subject: 'one', Message: '1' });
  await context.call('sns', 'Publish', { TopicArn, Message: '2' });
  expect(sns.published(TopicArn).map(({ subject, message }) => [subject, message])).toEqual([
    ['one', '1'],
    [undefined, '2'],
  ]);
});

test('an address that would have to confirm stays pending, and the log says so', async () => {
  const subscription = { TopicArn, Protocol: 'email', Endpoint: 'someone@example.com' };
  expect(await context.call('sns', 'Subscribe', subscription)).toEqual({
    SubscriptionArn: 'pending confirmation',
  });
  const { Subscriptions } = await context.call('sns', 'ListSubscriptionsByTopic', { TopicArn });
  expect(Subscriptions[0]).toMatchObject({ SubscriptionArn: 'PendingConfirmation', Protocol: 'email' });
  expect(log.join()).toContain('does not deliver it');
});

test.each([
  ['Publish', { TopicArn: 'arn:aws:sns:eu-central-1:111122223333:none', Message: 'x' }, /does not exist/],
  ['CreateTopic', { Name: 'a b' }, /Topic Name/],
])('%s refuses %j', async (operation, input, message) => {
  await expect(context.call('sns', operation, input)).rejects.toThrow(message);
});
