import { createHash, randomUUID } from 'node:crypto';

interface StoredMessage {
  MessageId: string;
  Body: string;
  MessageAttributes?: Record<string, unknown>;
  sentAt: number;
  visibleAt: number;
  receives: number;
  receiptHandle?: string;
}

/** Names of attributes that a reader asks for; without asking it gets none. `All` and `.*` mean all. */
export interface WantedParts {
  system: string[];
  own: string[];
}

/** A standard queue in memory. Times are milliseconds since 1970, already shrunk by the caller. */
export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly attributes: Record<string, string>;
  #messages: StoredMessage[] = [];
  #waiting: (() => void)[] = [];

  constructor(name: string, arn: string, attributes: Record<string, string>, now: number) {
    this.name = name;
    this.arn = arn;
    this.attributes = attributes;
    this.createdAt = now;
  }

  send(body: string, messageAttributes: Record<string, unknown> | undefined, now: number, delayMs: number) {
    const message: StoredMessage = {
      MessageId: randomUUID(),
      Body: body,
      ...(messageAttributes && { MessageAttributes: messageAttributes }),
      sentAt: now,
      visibleAt: now + delayMs,
      receives: 0,
    };
    this.#messages.push(message);
    for (const wake of this.#waiting.splice(0)) wake();
    return { MessageId: message.MessageId, MD5OfMessageBody: md5(body) };
  }

  receive(limit: number, visibilityMs: number, now: number, wanted: WantedParts) {
    return this.#messages
      .filter((message) => message.visibleAt <= now)
      .slice(0, limit)
      .map((message) => {
        message.visibleAt = now + visibilityMs;
        message.receives += 1;
        message.receiptHandle = randomUUID();
        return {
          MessageId: message.MessageId,
          ReceiptHandle: message.receiptHandle,
          Body: message.Body,
          MD5OfBody: md5(message.Body),
          ...chosen('Attributes', systemAttributes(message), wanted.system),
          ...chosen('MessageAttributes', message.MessageAttributes ?? {}, wanted.own),
        };
      });
  }

  delete(receiptHandle: string): void {
    this.#messages = this.#messages.filter((message) => message.receiptHandle !== receiptHandle);
  }

  purge(): void {
    this.#messages = [];
  }

  /** Resolves at the next message sent. */
  arrival(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  counts(now: number) {
    const visible = this.#messages.filter((message) => message.visibleAt <= now).length;
    const delayed = this.#messages.filter(
      (message) => message.visibleAt > now && message.receives === 0,
    ).length;
    return { visible, delayed, inFlight: this.#messages.length - visible - delayed };
  }
}

function systemAttributes(message: StoredMessage): Record<string, string> {
  return { SentTimestamp: String(message.sentAt), ApproximateReceiveCount: String(message.receives) };
}

function chosen(member: string, attributes: Record<string, unknown>, wanted: string[]): object {
  const all = wanted.includes('All') || wanted.includes('.*');
  const entries = Object.entries(attributes).filter(([name]) => all || wanted.includes(name));
  return entries.length > 0 ? { [member]: Object.fromEntries(entries) } : {};
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
