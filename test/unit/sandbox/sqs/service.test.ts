import { beforeEach, expect, test } from '@jest/globals';
import type { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import { SqsService } from '../../../../lib/sandbox/sqs/service.ts';
import { directory, until } from '../events/fake-context.ts';

let context: ServiceDirectory;
let QueueUrl: string;

beforeEach(async () => {
  ({ context } = directory());
  context.register(new SqsService(context, { endpoint: () => 'http://127.0.0.1:4000' }));
  ({ QueueUrl } = await context.call('sqs', 'CreateQueue', { QueueName: 'dead-letters' }));
});

const sqs = (operation: string, input: object = {}) => context.call('sqs', operation, { QueueUrl, ...input });

test('the URL leads to the sandbox', () => {
  expect(QueueUrl).toBe('http://127.0.0.1:4000/111122223333/dead-letters');
});

test('a message is hidden while it is read, seen again if not deleted, gone when deleted', async () => {
  await sqs('SendMessage', { MessageBody: 'one' });
  const { Messages } = await sqs('ReceiveMessage');
  expect(Messages[0]).toMatchObject({ Body: 'one', MD5OfBody: 'f97c5d29941bfb1b2fdab0874906ab82' });
  expect(await sqs('ReceiveMessage')).toEqual({});
  // Thirty seconds pass in 25 ms.
  let again: any;
  await until(async () => {
    again = (await sqs('ReceiveMessage', { MessageSystemAttributeNames: ['All'] })).Messages?.[0];
    return again !== undefined;
  });
  expect(again.Attributes.ApproximateReceiveCount).toBe('2');
  await sqs('DeleteMessage', { ReceiptHandle: again.ReceiptHandle });
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(await sqs('ReceiveMessage')).toEqual({});
});

test('a reader that waits gets what comes meanwhile', async () => {
  const waiting = sqs('ReceiveMessage', { WaitTimeSeconds: 20 });
  await sqs('SendMessage', { MessageBody: 'late' });
  expect((await waiting).Messages[0].Body).toBe('late');
});

test('attributes count what is visible and what is in flight', async () => {
  await sqs('SendMessage', { MessageBody: 'one' });
  await sqs('SendMessage', { MessageBody: 'two' });
  await sqs('ReceiveMessage', { VisibilityTimeout: 43_200 });
  const { Attributes } = await sqs('GetQueueAttributes', { AttributeNames: ['All'] });
  expect(Attributes).toMatchObject({
    QueueArn: 'arn:aws:sqs:eu-central-1:111122223333:dead-letters',
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesNotVisible: '1',
  });
});

test.each([
  [
    'SendMessage',
    { QueueUrl: 'http://127.0.0.1:4000/111122223333/none', MessageBody: 'x' },
    /does not exist: none/,
  ],
  ['SendMessage', { MessageBody: '' }, /must contain the parameter MessageBody/],
  ['CreateQueue', { QueueName: 'orders.fifo' }, /no FIFO queues/],
])('%s refuses %j', async (operation, input, message) => {
  await expect(sqs(operation, input)).rejects.toThrow(message);
});
