import { type Principal, type SandboxContext, ServiceError } from '../contract.ts';

/**
 * Writes an environment's lines to its log stream, those of one turn of the event loop together. It does so under
 * the function's role: where that may not, the function runs and its lines are lost, as in AWS.
 */
export class LogWriter {
  readonly #context: SandboxContext;
  readonly #role: Principal;
  readonly #stream: { logGroupName: string; logStreamName: string };
  #pending: { timestamp: number; message: string }[] = [];

  constructor(context: SandboxContext, role: Principal, logGroupName: string, logStreamName: string) {
    this.#context = context;
    this.#role = role;
    this.#stream = { logGroupName, logStreamName };
  }

  async open(): Promise<void> {
    if ((await this.#make('CreateLogStream', this.#stream)) !== 'ResourceNotFoundException') return;
    await this.#make('CreateLogGroup', { logGroupName: this.#stream.logGroupName });
    await this.#make('CreateLogStream', this.#stream);
  }

  write(message: string): void {
    if (this.#pending.length === 0) setImmediate(() => this.#flush());
    this.#pending.push({ timestamp: Date.now(), message });
  }

  #flush(): void {
    const logEvents = this.#pending;
    this.#pending = [];
    this.#context
      .call('logs', 'PutLogEvents', { ...this.#stream, logEvents }, this.#role)
      .catch((error) =>
        this.#context.log(`log lines of ${this.#stream.logGroupName} lost: ${error.message}`),
      );
  }

  /** The name of the error, where it was not made; what cannot be made shows when lines are written. */
  async #make(operation: string, input: object): Promise<string | undefined> {
    try {
      await this.#context.call('logs', operation, input, this.#role);
      return undefined;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return error.code;
    }
  }
}
