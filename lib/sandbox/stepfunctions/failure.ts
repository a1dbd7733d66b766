/** A state's failure under the error name that Retry and Catch match. Either part may be absent, as in a bare Fail. */
export class StateFailure extends Error {
  readonly error: string | undefined;
  readonly detail: string | undefined;
  /** A second name that ErrorEquals may use, such as States.HeartbeatTimeout for a States.Timeout. */
  readonly alias: string | undefined;

  constructor(error: string | undefined, detail?: string, options: { alias?: string } = {}) {
    super(detail ?? error ?? 'The state failed.');
    this.name = 'StateFailure';
    this.error = error;
    this.detail = detail;
    this.alias = options.alias;
  }

  /** `$states.errorOutput` of a catcher. */
  get errorOutput(): { Error: string | null; Cause: string | null } {
    return { Error: this.error ?? null, Cause: this.detail ?? null };
  }

  /** The members that history events and DescribeExecution show: absent ones are left out. */
  get members(): { error?: string; cause?: string } {
    return {
      ...(this.error === undefined ? {} : { error: this.error }),
      ...(this.detail ? { cause: this.detail } : {}),
    };
  }
}

/** A JSONata expression that gave nothing, the wrong type, or an error. */
export class EvaluationFailure extends StateFailure {
  /** The field of the state, such as `Output/result`; absent where the input itself is at fault. */
  readonly location: string | undefined;

  constructor(detail: string, location?: string) {
    super('States.QueryEvaluationError', detail);
    this.location = location;
  }
}

/** Thrown into a path of control that is to end because of something outside it. */
export class Interrupted extends Error {
  readonly reason: 'sibling' | 'stopped' | 'timeout';

  constructor(reason: 'sibling' | 'stopped' | 'timeout') {
    super(`interrupted: ${reason}`);
    this.name = 'Interrupted';
    this.reason = reason;
  }
}

/** The sentence with which Step Functions begins a cause of its own. */
export function whileExecuting(state: string, enteredEventId: number, problem: string): string {
  return `An error occurred while executing the state '${state}' (entered at the event id #${enteredEventId}). ${problem}`;
}
