import { randomBytes } from 'node:crypto';
import { type Clock, ServiceError } from '../contract.ts';
import { nominalTimer, TaskTimedOut, withDeadlines } from './deadline.ts';
import { StateFailure } from './failure.ts';
import type { Json } from './json.ts';

interface OpenTask {
  done: Promise<Json>;
  resolve(output: Json): void;
  reject(failure: StateFailure): void;
  /** Starts the time until the next heartbeat anew. */
  beat(): void;
  /** An answer may come while the request that carries the token is still being made. */
  answered: boolean;
}

/** The tokens of tasks that wait for one. Each is good for one attempt of one task. */
export class TaskTokens {
  readonly #open = new Map<string, OpenTask>();
  readonly #closed = new Set<string>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(): string {
    const token = `AQC${randomBytes(189).toString('base64')}`;
    const { promise, resolve, reject } = Promise.withResolvers<Json>();
    promise.catch(() => {});
    this.#open.set(token, { done: promise, resolve, reject, beat: () => {}, answered: false });
    return token;
  }

  /** What is sent for an open token. Fails where no heartbeat comes for `heartbeatSeconds`. */
  async wait(token: string, signal: AbortSignal, heartbeatSeconds: number | undefined): Promise<Json> {
    const task = this.#open.get(token)!;
    if (heartbeatSeconds === undefined) return withDeadlines(() => task.done, signal, []);
    for (;;) {
      const beaten = Promise.withResolvers<'beat'>();
      task.beat = () => beaten.resolve('beat');
      const first = await withDeadlines(
        () => Promise.race([task.done.then((output) => ({ output })), beaten.promise]),
        signal,
        [
          {
            wait: nominalTimer(this.#clock, heartbeatSeconds),
            failure: () => new TaskTimedOut('States.HeartbeatTimeout'),
          },
        ],
      );
      if (first !== 'beat') return first.output;
    }
  }

  /** No answer to this token counts any longer. */
  close(token: string): void {
    if (this.#open.delete(token)) this.#closed.add(token);
  }

  succeed(token: string, output: Json): void {
    this.#answer(token).resolve(output);
  }

  fail(token: string, error: string | undefined, cause: string | undefined): void {
    this.#answer(token).reject(new StateFailure(error, cause));
  }

  heartbeat(token: string): void {
    this.#find(token).beat();
  }

  #answer(token: string): OpenTask {
    const task = this.#find(token);
    task.answered = true;
    return task;
  }

  #find(token: string): OpenTask {
    const task = this.#open.get(token);
    if (task && !task.answered) return task;
    if (task || this.#closed.has(token)) {
      throw new ServiceError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    throw new ServiceError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
}
