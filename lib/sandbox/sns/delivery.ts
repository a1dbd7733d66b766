import type { SandboxContext } from '../contract.ts';
import type { Notification, Subscription } from './topic.ts';

/** Hands a notification to a queue or a function, in the shape that SNS gives it. */
export async function deliver(
  context: SandboxContext,
  subscription: Subscription,
  notification: Notification,
): Promise<void> {
  if (subscription.protocol === 'sqs') {
    const { QueueUrl } = await context.call('sqs', 'GetQueueUrl', {
      QueueName: subscription.endpoint.split(':')[5],
    });
    await context.call(
      'sqs',
      'SendMessage',
      subscription.raw
        ? { QueueUrl, MessageBody: notification.message, MessageAttributes: notification.attributes }
        : { QueueUrl, MessageBody: JSON.stringify(envelope(context, subscription, notification)) },
    );
    return;
  }
  const record = {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: subscription.arn,
    Sns: { ...envelope(context, subscription, notification), MessageAttributes: typedValues(notification) },
  };
  await context.call('lambda', 'Invoke', {
    FunctionName: subscription.endpoint,
    InvocationType: 'Event',
    Payload: new TextEncoder().encode(JSON.stringify({ Records: [record] })),
  });
}

function envelope(context: SandboxContext, subscription: Subscription, notification: Notification) {
  const attributes = typedValues(notification);
  return {
    Type: 'Notification',
    MessageId: notification.messageId,
    TopicArn: notification.topicArn,
    ...(notification.subject !== undefined && { Subject: notification.subject }),
    Message: notification.message,
    Timestamp: notification.timestamp.toISOString(),
    UnsubscribeURL: `https://sns.${context.region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${subscription.arn}`,
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
  };
}

function typedValues({ attributes }: Notification): Record<string, { Type: string; Value: string }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64') },
    ]),
  );
}
