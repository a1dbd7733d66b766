import type { ResourceRequest, ResourceType } from '../resource-type.ts';

const topic: ResourceType = {
  type: 'AWS::SNS::Topic',
  honoured: ['TopicName', 'DisplayName', 'Subscription'],
  withoutEffect: {
    KmsMasterKeyId: 'messages are in memory',
    TracingConfig: 'there is no X-Ray',
    Tags: 'nothing reads them',
  },
  async create({ properties, name, call }) {
    const Name = name(properties.TopicName, { limit: 256 });
    const { TopicArn } = await call('sns', 'CreateTopic', {
      Name,
      ...(properties.DisplayName && { Attributes: { DisplayName: properties.DisplayName } }),
    });
    for (const { Protocol, Endpoint } of properties.Subscription ?? []) {
      await call('sns', 'Subscribe', { TopicArn, Protocol, Endpoint });
    }
    return { id: TopicArn, attributes: { TopicArn, TopicName: Name } };
  },
};

const topicPolicy: ResourceType = {
  type: 'AWS::SNS::TopicPolicy',
  honoured: ['Topics', 'PolicyDocument'],
  async create({ properties, logicalId, call }) {
    for (const TopicArn of properties.Topics) {
      await call('sns', 'SetTopicAttributes', {
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify(properties.PolicyDocument),
      });
    }
    return { id: logicalId };
  },
};

const subscription: ResourceType = {
  type: 'AWS::SNS::Subscription',
  honoured: [
    'TopicArn',
    'Protocol',
    'Endpoint',
    'FilterPolicy',
    'FilterPolicyScope',
    'RawMessageDelivery',
    'RedrivePolicy',
  ],
  withoutEffect: { Region: 'there is one region' },
  async create(request) {
    const { TopicArn, Protocol, Endpoint } = request.properties;
    const Attributes = subscriptionAttributes(request);
    const { SubscriptionArn } = await request.call('sns', 'Subscribe', {
      TopicArn,
      Protocol,
      Endpoint,
      ReturnSubscriptionArn: true,
      ...(Object.keys(Attributes).length > 0 && { Attributes }),
    });
    return { id: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  },
};

function subscriptionAttributes({ properties }: ResourceRequest): Record<string, string> {
  const { FilterPolicy, FilterPolicyScope, RawMessageDelivery, RedrivePolicy } = properties;
  return {
    ...(FilterPolicy && { FilterPolicy: JSON.stringify(FilterPolicy) }),
    ...(FilterPolicyScope && { FilterPolicyScope }),
    ...(RawMessageDelivery !== undefined && { RawMessageDelivery: String(RawMessageDelivery) }),
    ...(RedrivePolicy && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
  };
}

export default [topic, topicPolicy, subscription];
