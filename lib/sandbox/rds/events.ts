import type { SandboxContext } from '../contract.ts';
import type { Instance } from './instance.ts';

export type Category =
  | 'availability'
  | 'backup'
  | 'configuration change'
  | 'creation'
  | 'deletion'
  | 'failure'
  | 'restoration';

interface RecordedEvent {
  SourceIdentifier: string;
  SourceType: 'db-instance';
  SourceArn: string;
  Message: string;
  EventCategories: Category[];
  Date: Date;
}

/** What happened to instances: for DescribeEvents, and on the event bus as RDS puts it there. */
export class EventLog {
  readonly #context: SandboxContext;
  readonly #events: RecordedEvent[] = [];

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  record(instance: Instance, category: Category, message: string): void {
    const date = this.#context.clock.now();
    this.#events.push({
      SourceIdentifier: instance.identifier,
      SourceType: 'db-instance',
      SourceArn: instance.arn,
      Message: message,
      EventCategories: [category],
      Date: date,
    });
    this.#context.publish({
      source: 'aws.rds',
      'detail-type': 'RDS DB Instance Event',
      resources: [instance.arn],
      detail: {
        EventCategories: [category],
        SourceType: 'DB_INSTANCE',
        SourceArn: instance.arn,
        SourceIdentifier: instance.identifier,
        Date: date.toISOString(),
        Message: message,
      },
    });
  }

  /** Oldest first. */
  all(): readonly RecordedEvent[] {
    return this.#events;
  }
}
