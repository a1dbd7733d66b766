import { Interrupted, StateFailure } from './failure.ts';
import type { Json } from './json.ts';
import { limits } from './limits.ts';

/** An event as GetExecutionHistory gives it; the details' member has the name that the SDK gives it. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  timestamp: Date;
  type: string;
  [details: string]: unknown;
}

const untruncated = { truncated: false };

/** The events of one execution, in the order in which they happened. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #now: () => Date;
  #closed = false;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Appends an event and returns its id. Fails the execution where its history is full, and interrupts a path of
   * control that has not yet seen that the execution is over.
   */
  append(type: string, previousEventId: number, details: Record<string, unknown> = {}): number {
    if (this.#closed) throw new Interrupted('stopped');
    if (this.events.length >= limits.historyEvents - 1) {
      throw new StateFailure(
        'States.Runtime',
        `The execution reached the maximum number of history events (${limits.historyEvents}).`,
      );
    }
    return this.#push(type, previousEventId, details);
  }

  /** Appends the event with which the execution ends: for it there is always room. */
  close(type: string, previousEventId: number, details: Record<string, unknown>): void {
    this.#push(type, previousEventId, details);
    this.#closed = true;
  }

  /** For a redrive, which goes on in the same history. */
  reopen(): void {
    this.#closed = false;
  }

  #push(type: string, previousEventId: number, details: Record<string, unknown>): number {
    const id = this.events.length + 1;
    this.events.push({ id, previousEventId, timestamp: this.#now(), type, ...details });
    return id;
  }
}

export function entered(name: string, input: Json) {
  return { stateEnteredEventDetails: { name, input: JSON.stringify(input), inputDetails: untruncated } };
}

export function exited(name: string, outputText: string, assigned: Record<string, Json> | undefined) {
  return {
    stateExitedEventDetails: {
      name,
      output: outputText,
      outputDetails: untruncated,
      ...(assigned && {
        assignedVariables: Object.fromEntries(
          Object.entries(assigned).map(([variable, value]) => [variable, JSON.stringify(value)]),
        ),
        assignedVariablesDetails: untruncated,
      }),
    },
  };
}

export function withInput(text: string) {
  return { input: text, inputDetails: untruncated };
}

export function withOutput(text: string) {
  return { output: text, outputDetails: untruncated };
}
