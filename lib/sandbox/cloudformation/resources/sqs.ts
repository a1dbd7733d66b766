import { pick, type ResourceType } from '../resource-type.ts';

const attributes = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
  'FifoQueue',
  'ContentBasedDeduplication',
  'RedrivePolicy',
] as const;

const queue: ResourceType = {
  type: 'AWS::SQS::Queue',
  honoured: ['QueueName', ...attributes],
  withoutEffect: {
    KmsMasterKeyId: 'messages are in memory',
    SqsManagedSseEnabled: 'messages are in memory',
    KmsDataKeyReusePeriodSeconds: 'messages are in memory',
    Tags: 'nothing reads them',
  },
  async create({ properties, name, call, context }) {
    const QueueName = name(properties.QueueName, { limit: 80 });
    const given = Object.entries(pick(properties, attributes)).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]);
    const { QueueUrl } = await call('sqs', 'CreateQueue', {
      QueueName,
      Attributes: Object.fromEntries(given),
    });
    const Arn = `arn:aws:sqs:${context.region}:${context.account}:${QueueName}`;
    return { id: QueueUrl, attributes: { Arn, QueueName, QueueUrl } };
  },
};

const queuePolicy: ResourceType = {
  type: 'AWS::SQS::QueuePolicy',
  honoured: ['Queues', 'PolicyDocument'],
  async create({ properties, logicalId, call }) {
    const Policy = JSON.stringify(properties.PolicyDocument);
    for (const QueueUrl of properties.Queues) {
      await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
    }
    return { id: logicalId };
  },
};

export default [queue, queuePolicy];
