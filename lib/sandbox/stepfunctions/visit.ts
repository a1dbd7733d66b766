import type { Outcome, State, Template } from './definition.ts';
import { EvaluationFailure, StateFailure, whileExecuting } from './failure.ts';
import { byteLength, type Json } from './json.ts';
import { limits } from './limits.ts';
import { type Bindings, resolveTemplate, unexpectedType } from './template.ts';
import type { Thread } from './thread.ts';

/** How a state is left: where to, with what, and which variables it sets. */
export interface Exit {
  output: Json;
  outputText: string;
  assigned?: Record<string, Json>;
  /** Absent where the block ends. */
  next?: string;
}

/** One stay in one state. */
export class Visit<S extends State = State> {
  readonly thread: Thread;
  readonly name: string;
  readonly state: S;
  readonly input: Json;
  readonly enteredId: number;
  readonly #enteredAt: string;
  /** How often the state was retried; shown where a state can be. */
  retryCount: number | undefined;
  /** The token of a task that waits for one. */
  token: string | undefined;

  constructor(thread: Thread, name: string, state: S, input: Json, enteredId: number, enteredAt: Date) {
    this.thread = thread;
    this.name = name;
    this.state = state;
    this.input = input;
    this.enteredId = enteredId;
    this.#enteredAt = enteredAt.toISOString();
  }

  /** `$states.context`. */
  get context(): Record<string, Json> {
    return {
      ...this.thread.execution.contextObject,
      State: {
        Name: this.name,
        EnteredTime: this.#enteredAt,
        ...(this.retryCount === undefined ? {} : { RetryCount: this.retryCount }),
      },
      ...(this.thread.map === undefined ? {} : { Map: this.thread.map }),
      ...(this.token === undefined ? {} : { Task: { Token: this.token } }),
    };
  }

  /**
   * Evaluates a field. `more` adds `result`, `errorOutput` or another context to `$states`.
   * A failure is put into the history and thrown.
   */
  async evaluate(template: Template, location: string, more: Record<string, unknown> = {}): Promise<Json> {
    const bindings: Bindings = {
      ...this.thread.variables,
      states: { input: this.input, context: this.context, ...more },
    };
    try {
      return await resolveTemplate(template, location, bindings);
    } catch (error) {
      if (error instanceof EvaluationFailure) throw this.fail(error.message, error.location);
      throw error;
    }
  }

  /** Evaluates a field that must be a number, within bounds. */
  async evaluateNumber(
    template: Template | undefined,
    location: string,
    bounds: { least: number; most?: number; whole?: boolean },
  ): Promise<number | undefined> {
    if (template === undefined) return undefined;
    const value = await this.evaluate(template, location);
    if (typeof value !== 'number') throw this.wrongType(template, location, 'number', value);
    const { least, most = Number.POSITIVE_INFINITY, whole = true } = bounds;
    if (value < least || value > most || (whole && !Number.isInteger(value))) {
      const range = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `from ${least} to ${most}`;
      throw this.fail(
        `The field '${location}' must be ${whole ? 'a whole' : 'a'} number ${range} but was: ${value}`,
        location,
      );
    }
    return value;
  }

  wrongType(template: Template, location: string, expected: string, value: Json): EvaluationFailure {
    return this.fail(unexpectedType(template, location, expected, value).message, location);
  }

  /**
   * A failed evaluation as the history tells it: with the state and the event at which it was entered. `previous`
   * is the event that it follows, where that is not the one before an interruption.
   */
  fail(problem: string, location?: string, previous = this.thread.beforeInterruption): EvaluationFailure {
    const failure = new EvaluationFailure(whileExecuting(this.name, this.enteredId, problem), location);
    this.thread.previous = previous;
    this.thread.record('EvaluationFailed', {
      evaluationFailedEventDetails: {
        ...failure.members,
        ...(location === undefined ? {} : { location }),
        state: this.name,
      },
    });
    return failure;
  }

  /** Evaluates Assign and Output, which see the same variables. Without Output, `fallback` is what goes on. */
  async exit(
    outcome: Outcome,
    fallback: Json,
    next: string | undefined,
    more: Record<string, unknown> = {},
  ): Promise<Exit> {
    const assigned =
      outcome.Assign === undefined
        ? undefined
        : ((await this.evaluate(outcome.Assign, 'Assign', more)) as Record<string, Json>);
    const output =
      outcome.Output === undefined ? fallback : await this.evaluate(outcome.Output, 'Output', more);
    const outputText = JSON.stringify(output);
    assertSize(outputText, this.name);
    return { output, outputText, assigned, next };
  }
}

/** Refuses a result beyond the quota on data that passes between states. */
export function assertSize(text: string, source: string): void {
  if (text.length > limits.dataBytes / 4 && byteLength(text) > limits.dataBytes) {
    throw new StateFailure(
      'States.DataLimitExceeded',
      `The state/task '${source}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
  }
}
