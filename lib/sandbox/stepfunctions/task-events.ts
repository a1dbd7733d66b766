import { TaskTimedOut } from './deadline.ts';
import type { StateFailure } from './failure.ts';
import { withInput, withOutput } from './history.ts';
import type { Integration } from './integrations/integration.ts';
import type { Json } from './json.ts';
import type { Thread } from './thread.ts';

/** What the history tells of one attempt of a task. A bare Lambda function has events of its own kind. */
export class TaskEvents {
  readonly #thread: Thread;
  readonly #integration: Integration;
  readonly #resource: { resource?: string; resourceType?: string };

  constructor(thread: Thread, integration: Integration) {
    this.#thread = thread;
    this.#integration = integration;
    const { resource, resourceType } = integration;
    this.#resource = resource === undefined ? {} : { resource, resourceType };
  }

  scheduled(args: Json, timeout: number | undefined, heartbeat: number | undefined): void {
    const text = JSON.stringify(args);
    const bounds = {
      ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }),
      ...(heartbeat === undefined ? {} : { heartbeatInSeconds: heartbeat }),
    };
    const { region } = this.#thread.execution.host.sandbox;
    this.#record(
      'Scheduled',
      this.#isBareFunction
        ? { ...withInput(text), resource: this.#integration.resourceType, ...bounds }
        : { ...this.#resource, region, parameters: text, ...bounds },
    );
  }

  started(): void {
    if (this.#isBareFunction) this.#thread.record('LambdaFunctionStarted');
    else this.#record('Started', this.#resource);
  }

  submitted(answer: Json): void {
    this.#record('Submitted', { ...this.#resource, ...withOutput(JSON.stringify(answer)) });
  }

  succeeded(text: string): void {
    this.#record('Succeeded', { ...this.#resource, ...withOutput(text) });
  }

  failed(failure: StateFailure): void {
    this.#record(failure instanceof TaskTimedOut ? 'TimedOut' : 'Failed', {
      ...this.#resource,
      ...failure.members,
    });
  }

  get #isBareFunction(): boolean {
    return this.#integration.resource === undefined;
  }

  #record(what: string, details: Record<string, unknown>): void {
    const [type, member] = this.#isBareFunction ? ['LambdaFunction', 'lambdaFunction'] : ['Task', 'task'];
    this.#thread.record(`${type}${what}`, { [`${member}${what}EventDetails`]: details });
  }
}
