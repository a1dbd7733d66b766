/** One event on its way through a function. */
export interface Invocation {
  requestId: string;
  functionArn: string;
  /** JSON text. */
  payload: string;
  traceId: string;
}

/** What became of an invocation. */
export interface Outcome {
  /** JSON text: the handler's result, or `{ errorType, errorMessage, trace? }`. */
  payload: string;
  functionError?: 'Unhandled';
  /** The log lines of this invocation, START to REPORT. */
  log: string[];
}

/** For crash tests: what to do to the environment that got an invocation. */
export interface InvocationFault {
  /**
   * `on-start`: the environment dies as soon as it has the event; `before-answer`: it has done everything,
   * but its answer is lost; a number: it dies after so many milliseconds, if it has not answered.
   */
  kill: 'on-start' | 'before-answer' | number;
}

export type InvocationHook = (invocation: {
  functionName: string;
  requestId: string;
  event: any;
}) => InvocationFault | undefined;

/** The answer of an invocation that failed. */
export function failure(errorType: string, errorMessage: string): Omit<Outcome, 'log'> {
  return { payload: JSON.stringify({ errorType, errorMessage }), functionError: 'Unhandled' };
}

/** The largest payload of a synchronous invocation and its answer: 6 MiB; of an asynchronous one: 1 MiB. */
export const synchronousPayloadLimit = 6 * 1024 * 1024;
export const asynchronousPayloadLimit = 1024 * 1024;
