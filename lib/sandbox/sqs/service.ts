import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import { Queue } from './queue.ts';

export interface SqsOptions {
  /** URL of the sandbox's endpoint: the SDK sends a request for a queue to the host in the queue's URL. */
  endpoint?: () => string;
}

const defaults = {
  DelaySeconds: '0',
  MaximumMessageSize: '262144',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
};

/** SQS: standard queues in memory. Delays, waits and visibility timeouts shrink with the clock. */
export class SqsService implements Service {
  readonly name = 'sqs';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #endpoint: () => string;
  readonly #queues = new Map<string, Queue>();
  #stopMeasuring: (() => void) | undefined;

  constructor(context: SandboxContext, options: SqsOptions = {}) {
    this.#context = context;
    this.#endpoint = options.endpoint ?? (() => `https://sqs.${context.region}.amazonaws.com`);
    this.operations = {
      CreateQueue: async (input) => this.#create(input),
      GetQueueUrl: async (input) => ({ QueueUrl: this.#url(this.#named(input.QueueName)) }),
      ListQueues: async (input) => ({
        QueueUrls: [...this.#queues.values()]
          .filter((queue) => queue.name.startsWith(input.QueueNamePrefix ?? ''))
          .map((queue) => this.#url(queue)),
      }),
      DeleteQueue: async (input) => {
        this.#queues.delete(this.#at(input.QueueUrl).name);
        return {};
      },
      PurgeQueue: async (input) => {
        this.#at(input.QueueUrl).purge();
        return {};
      },
      SetQueueAttributes: async (input) => {
        Object.assign(this.#at(input.QueueUrl).attributes, input.Attributes);
        return {};
      },
      GetQueueAttributes: async (input) => this.#attributes(input),
      SendMessage: async (input) => this.#send(input),
      ReceiveMessage: (input) => this.#receive(input),
      DeleteMessage: async (input) => {
        this.#at(input.QueueUrl).delete(input.ReceiptHandle);
        return {};
      },
    };
  }

  /** Alarms watch how many messages lie in a dead-letter queue. */
  async start(): Promise<void> {
    this.#stopMeasuring = this.#context.clock.every(60_000, () => {
      this.#measure().catch((error) => this.#context.log(`sqs: no metrics: ${error.message}`));
    });
  }

  async stop(): Promise<void> {
    this.#stopMeasuring?.();
  }

  async #measure(): Promise<void> {
    const { clock } = this.#context;
    for (const queue of this.#queues.values()) {
      const metric = {
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: queue.name }],
        Timestamp: clock.now(),
        Value: queue.counts(clock.now().getTime()).visible,
        Unit: 'Count',
      };
      await this.#context.call('monitoring', 'PutMetricData', { Namespace: 'AWS/SQS', MetricData: [metric] });
    }
  }

  #create(input: any) {
    const name: string = input.QueueName ?? '';
    if (!/^[\w-]{1,80}$/.test(name)) {
      const hint = name.endsWith('.fifo') ? ' The sandbox has no FIFO queues.' : '';
      throw new ServiceError(
        'InvalidParameterValue',
        `Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.${hint}`,
      );
    }
    const { account, region, clock } = this.#context;
    const known = this.#queues.get(name);
    if (known) {
      const differs = Object.entries(input.Attributes ?? {}).some(
        ([key, value]) => known.attributes[key] !== value,
      );
      if (differs) {
        throw new ServiceError(
          'QueueNameExists',
          `A queue already exists with the same name and other attributes: ${name}`,
        );
      }
      return { QueueUrl: this.#url(known) };
    }
    const attributes = { ...defaults, ...input.Attributes };
    const queue = new Queue(
      name,
      `arn:aws:sqs:${region}:${account}:${name}`,
      attributes,
      clock.now().getTime(),
    );
    this.#queues.set(name, queue);
    return { QueueUrl: this.#url(queue) };
  }

  #url(queue: Queue): string {
    return `${this.#endpoint()}/${this.#context.account}/${queue.name}`;
  }

  #named(name: string | undefined): Queue {
    const queue = this.#queues.get(name ?? '');
    if (queue) return queue;
    throw new ServiceError(
      'AWS.SimpleQueueService.NonExistentQueue',
      `The specified queue does not exist: ${name}`,
    );
  }

  #at(url: string | undefined): Queue {
    return this.#named(url?.split('/').at(-1));
  }

  #attributes(input: any) {
    const queue = this.#at(input.QueueUrl);
    const counts = queue.counts(this.#context.clock.now().getTime());
    const all: Record<string, string> = {
      ...queue.attributes,
      QueueArn: queue.arn,
      CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
      ApproximateNumberOfMessages: String(counts.visible),
      ApproximateNumberOfMessagesDelayed: String(counts.delayed),
      ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    };
    const wanted: string[] = input.AttributeNames ?? [];
    const chosen = Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name));
    return { Attributes: Object.fromEntries(chosen) };
  }

  #send(input: any) {
    const queue = this.#at(input.QueueUrl);
    if (typeof input.MessageBody !== 'string' || input.MessageBody === '') {
      throw new ServiceError('MissingParameter', 'The request must contain the parameter MessageBody.');
    }
    const delay = Number(input.DelaySeconds ?? queue.attributes.DelaySeconds);
    const now = this.#context.clock.now().getTime();
    return queue.send(input.MessageBody, input.MessageAttributes, now, this.#shrunk(delay));
  }

  async #receive(input: any) {
    const queue = this.#at(input.QueueUrl);
    const { clock } = this.#context;
    const limit = input.MaxNumberOfMessages ?? 1;
    const wanted = {
      system: [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])],
      own: input.MessageAttributeNames ?? [],
    };
    const visibility = this.#shrunk(Number(input.VisibilityTimeout ?? queue.attributes.VisibilityTimeout));
    const wait = Number(input.WaitTimeSeconds ?? queue.attributes.ReceiveMessageWaitTimeSeconds);
    let messages = queue.receive(limit, visibility, clock.now().getTime(), wanted);
    if (messages.length === 0 && wait > 0) {
      const arrived = new AbortController();
      const timeout = clock.sleep(wait * 1000, arrived.signal).catch(() => {});
      await Promise.race([timeout, queue.arrival()]);
      arrived.abort();
      messages = queue.receive(limit, visibility, clock.now().getTime(), wanted);
    }
    return messages.length > 0 ? { Messages: messages } : {};
  }

  #shrunk(seconds: number): number {
    return (seconds * 1000) / this.#context.clock.scale;
  }
}
