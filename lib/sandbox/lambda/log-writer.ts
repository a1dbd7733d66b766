import type { SandboxContext } from '../contract.ts';

/** Writes an environment's lines to its log stream, those of one turn of the event loop together. */
export class LogWriter {
  readonly #context: SandboxContext;
  readonly #stream: { logGroupName: string; logStreamName: string };
  #pending: { timestamp: number; message: string }[] = [];

  constructor(context: SandboxContext, logGroupName: string, logStreamName: string) {
    this.#context = context;
    this.#stream = { logGroupName, logStreamName };
  }

  async open(): Promise<void> {
    await this.#ignoringExisting('CreateLogGroup', { logGroupName: this.#stream.logGroupName });
    await this.#ignoringExisting('CreateLogStream', this.#stream);
  }

  write(message: string): void {
    if (this.#pending.length === 0) setImmediate(() => this.#flush());
    this.#pending.push({ timestamp: Date.now(), message });
  }

  #flush(): void {
    const logEvents = this.#pending;
    this.#pending = [];
    this.#context
      .call('logs', 'PutLogEvents', { ...this.#stream, logEvents })
      .catch((error) =>
        this.#context.log(`log lines of ${this.#stream.logGroupName} lost: ${error.message}`),
      );
  }

  async #ignoringExisting(operation: string, input: object): Promise<void> {
    try {
      await this.#context.call('logs', operation, input);
    } catch (error) {
      if ((error as Error).name !== 'ResourceAlreadyExistsException') throw error;
    }
  }
}
