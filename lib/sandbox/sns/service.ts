import { randomUUID } from 'node:crypto';
import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import { deliver } from './delivery.ts';
import type { Notification, Subscription, Topic } from './topic.ts';

/** Protocols that the sandbox delivers; subscriptions of others stay as AWS has them before confirmation. */
const delivered = ['sqs', 'lambda'];
const known = [...delivered, 'email', 'email-json', 'http', 'https', 'sms', 'application', 'firehose'];

/** SNS: what is published stays readable; queues and functions get it, e-mail and HTTPS do not. */
export class SnsService implements Service {
  readonly name = 'sns';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #topics = new Map<string, Topic>();

  constructor(context: SandboxContext) {
    this.#context = context;
    this.operations = {
      CreateTopic: async (input) => this.#create(input),
      DeleteTopic: async (input) => {
        this.#topics.delete(input.TopicArn);
        return {};
      },
      ListTopics: async () => ({ Topics: [...this.#topics.keys()].map((TopicArn) => ({ TopicArn })) }),
      GetTopicAttributes: async (input) => ({ Attributes: this.#topic(input.TopicArn).attributes }),
      SetTopicAttributes: async (input) => {
        this.#topic(input.TopicArn).attributes[input.AttributeName] = input.AttributeValue ?? '';
        return {};
      },
      Subscribe: async (input) => this.#subscribe(input),
      Unsubscribe: async (input) => {
        for (const topic of this.#topics.values()) topic.subscriptions.delete(input.SubscriptionArn);
        return {};
      },
      GetSubscriptionAttributes: async (input) => ({
        Attributes: attributesOf(this.#subscription(input.SubscriptionArn)),
      }),
      ListSubscriptions: async () => ({
        Subscriptions: [...this.#topics.values()].flatMap((topic) => summaries(topic)),
      }),
      ListSubscriptionsByTopic: async (input) => ({ Subscriptions: summaries(this.#topic(input.TopicArn)) }),
      Publish: async (input) => this.#publish(input),
    };
  }

  /** Everything published to a topic, oldest first. */
  published(topicArn: string): readonly Notification[] {
    return this.#topic(topicArn).published;
  }

  #create(input: any) {
    if (!/^[\w-]{1,256}$/.test(input.Name ?? '')) {
      throw new ServiceError('InvalidParameter', `Invalid parameter: Topic Name: ${input.Name}`);
    }
    const { account, region } = this.#context;
    const arn = `arn:aws:sns:${region}:${account}:${input.Name}`;
    if (!this.#topics.has(arn)) {
      const attributes = { TopicArn: arn, Owner: account, DisplayName: '', ...input.Attributes };
      this.#topics.set(arn, { arn, attributes, subscriptions: new Map(), published: [] });
    }
    return { TopicArn: arn };
  }

  #topic(arn: string | undefined): Topic {
    const topic = this.#topics.get(arn ?? '');
    if (!topic) throw new ServiceError('NotFound', `Topic does not exist: ${arn}`, { status: 404 });
    return topic;
  }

  #subscription(arn: string): Subscription {
    for (const topic of this.#topics.values()) {
      const subscription = topic.subscriptions.get(arn);
      if (subscription) return subscription;
    }
    throw new ServiceError('NotFound', `Subscription does not exist: ${arn}`, { status: 404 });
  }

  #subscribe(input: any) {
    const topic = this.#topic(input.TopicArn);
    if (!known.includes(input.Protocol)) {
      throw new ServiceError(
        'InvalidParameter',
        `Invalid parameter: Does not support this protocol string: ${input.Protocol}`,
      );
    }
    if (input.Attributes?.FilterPolicy) {
      throw new ServiceError('InvalidParameter', 'The sandbox has no filter policies on subscriptions.');
    }
    const arn = `${topic.arn}:${randomUUID()}`;
    const subscription: Subscription = {
      arn,
      topicArn: topic.arn,
      protocol: input.Protocol,
      endpoint: input.Endpoint ?? '',
      owner: this.#context.account,
      pending: !delivered.includes(input.Protocol),
      raw: input.Attributes?.RawMessageDelivery === 'true',
    };
    topic.subscriptions.set(arn, subscription);
    if (!subscription.pending) return { SubscriptionArn: arn };
    this.#context.log(
      `sns: ${input.Protocol} to ${input.Endpoint} is kept as pending; the sandbox does not deliver it`,
    );
    return { SubscriptionArn: input.ReturnSubscriptionArn ? arn : 'pending confirmation' };
  }

  #publish(input: any) {
    const topic = this.#topic(input.TopicArn ?? input.TargetArn);
    if (typeof input.Message !== 'string' || input.Message === '') {
      throw new ServiceError('InvalidParameter', 'Invalid parameter: Empty message');
    }
    const notification: Notification = {
      messageId: randomUUID(),
      topicArn: topic.arn,
      subject: input.Subject,
      message: input.Message,
      attributes: input.MessageAttributes ?? {},
      timestamp: this.#context.clock.now(),
    };
    topic.published.push(notification);
    for (const subscription of topic.subscriptions.values()) {
      if (subscription.pending) continue;
      deliver(this.#context, subscription, notification).catch((error) =>
        this.#context.log(`sns: not delivered to ${subscription.endpoint}: ${error.message}`),
      );
    }
    return { MessageId: notification.messageId };
  }
}

function summaries(topic: Topic) {
  return [...topic.subscriptions.values()].map((subscription) => ({
    SubscriptionArn: subscription.pending ? 'PendingConfirmation' : subscription.arn,
    TopicArn: topic.arn,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    Owner: subscription.owner,
  }));
}

function attributesOf(subscription: Subscription): Record<string, string> {
  return {
    SubscriptionArn: subscription.arn,
    TopicArn: subscription.topicArn,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    Owner: subscription.owner,
    PendingConfirmation: String(subscription.pending),
    ConfirmationWasAuthenticated: String(!subscription.pending),
    RawMessageDelivery: String(subscription.raw),
  };
}
