import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { forgetChild, recordChild } from '../lifecycle/children.ts';
import type { FunctionDefinition } from './configuration.ts';
import { failure, type Invocation, type InvocationFault, type Outcome } from './invocation.ts';
import { readLines } from './lines.ts';
import { type InvocationStatus, reportLines, startLines } from './platform-lines.ts';
import { RuntimeApiServer } from './runtime-api-server.ts';

/** A start that takes longer than this is ended; AWS gives ten seconds, a laptop under load needs more. */
const initialisationLimitMs = 60_000;

export interface EnvironmentOptions {
  definition: FunctionDefinition;
  /** The child's whole environment but the Runtime API's address. */
  variables: Record<string, string>;
  /** Folder in which the child's process id is noted. */
  directory: string;
  /** Given to the child's network patch; undefined outside a VPC. */
  network: { address: string; resolver: string | undefined; direct: string[] } | undefined;
  onLine: (line: string) => void;
  /** The environment waits for work: after its start and after each invocation. */
  onIdle: () => void;
  onExit: () => void;
  /** Milliseconds from spawn to the first event. */
  onColdStart: (milliseconds: number) => void;
}

interface Running {
  invocation: Invocation;
  fault: InvocationFault | undefined;
  startedAt: number;
  log: string[];
  finish: (outcome: Omit<Outcome, 'log'>) => void;
  answered: boolean;
  timers: NodeJS.Timeout[];
  status: InvocationStatus;
}

/** One child process that runs a function, one invocation at a time. */
export class ExecutionEnvironment {
  readonly definition: FunctionDefinition;
  /** Resolves with undefined once the child asks for work, with the failure where it ends before. */
  readonly initialised: Promise<Omit<Outcome, 'log'> | undefined>;
  readonly exited: Promise<void>;
  readonly spawnedAt = performance.now();
  lastUsedAt = performance.now();
  ended = false;
  #used = false;
  #killed = false;
  #options: EnvironmentOptions;
  #api: RuntimeApiServer;
  #child: ChildProcess;
  #running: Running | undefined;
  #initialise: (failure: Omit<Outcome, 'log'> | undefined) => void = () => {};
  #initialising = true;

  static async start(options: EnvironmentOptions): Promise<ExecutionEnvironment> {
    const api = await RuntimeApiServer.listen();
    return new ExecutionEnvironment(options, api);
  }

  private constructor(options: EnvironmentOptions, api: RuntimeApiServer) {
    this.definition = options.definition;
    this.#options = options;
    this.#api = api;
    this.initialised = new Promise((resolve) => {
      this.#initialise = resolve;
    });
    const network = options.network && {
      ...options.network,
      direct: [...options.network.direct, api.address],
    };
    const bootstrap = join(import.meta.dirname, 'runtime', 'bootstrap.mjs');
    this.#child = spawn(process.execPath, [bootstrap, ...(network ? [JSON.stringify(network)] : [])], {
      cwd: options.definition.codeDirectory,
      env: { ...options.variables, AWS_LAMBDA_RUNTIME_API: api.address },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that what the handler spawned ends with it.
      detached: true,
    });
    this.#child.stdin?.on('error', () => {});
    this.exited = this.#watch();
    api.onNext = () => this.#becomeIdle();
    api.onAnswer = (requestId, body, failed) => this.#answer(requestId, body, failed);
    api.onInitialisationError = (body) =>
      this.#endInitialisation({ payload: body, functionError: 'Unhandled' });
  }

  get idle(): boolean {
    return !this.#killed && !this.#initialising && this.#running === undefined && this.#api.waiting;
  }

  /** It has answered and will be idle in a moment, or end. */
  get returning(): boolean {
    return !this.ended && this.#running?.answered === true;
  }

  /** Runs one invocation; resolves with its outcome, never rejects. Only to be called when idle. */
  invoke(invocation: Invocation, fault: InvocationFault | undefined): Promise<Outcome> {
    return new Promise((resolve) => {
      const log: string[] = [];
      const running: Running = {
        invocation,
        fault,
        startedAt: performance.now(),
        log,
        // Log lines come through another pipe than the answer: let those that are there be read first.
        finish: (outcome) => setImmediate(() => setImmediate(() => resolve({ ...outcome, log }))),
        answered: false,
        timers: [],
        status: 'success',
      };
      this.#running = running;
      this.lastUsedAt = performance.now();
      if (!this.#used) this.#options.onColdStart(performance.now() - this.spawnedAt);
      this.#used = true;
      for (const line of startLines(this.definition, invocation.requestId)) this.#line(line);
      const timeoutMs = this.definition.timeoutSeconds * 1000;
      running.timers.push(setTimeout(() => this.#timeOut(running), timeoutMs));
      this.#api.send(invocation, Date.now() + timeoutMs);
      if (fault?.kill === 'on-start') this.kill();
      else if (typeof fault?.kill === 'number')
        running.timers.push(setTimeout(() => this.kill(), fault.kill));
    });
  }

  /** Ends the process and what it spawned, at once. */
  kill(): void {
    this.#killed = true;
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
  }

  async stop(): Promise<void> {
    this.kill();
    await this.exited;
  }

  async #watch(): Promise<void> {
    const child = this.#child;
    const closed = once(child, 'close').catch(() => []);
    const limit = setTimeout(() => {
      const seconds = initialisationLimitMs / 1000;
      this.#endInitialisation(
        failure('Sandbox.Timedout', `Initialisation timed out after ${seconds} seconds`),
      );
      this.kill();
    }, initialisationLimitMs);
    limit.unref();
    this.initialised.then(() => clearTimeout(limit));
    child.on('error', (error) =>
      this.#endInitialisation(failure('Runtime.InvalidEntrypoint', error.message)),
    );
    // The runtime writes a newline inside a message as a carriage return, so that it stays one event.
    const onLine = (line: string) => this.#line(line.replaceAll('\r', '\n'));
    if (child.stdout) readLines(child.stdout, onLine);
    if (child.stderr) readLines(child.stderr, onLine);
    if (child.pid !== undefined) recordChild(this.#options.directory, child.pid);
    await closed;
    if (child.pid !== undefined) forgetChild(this.#options.directory, child.pid);
    await this.#api.close();
    this.ended = true;
    this.#explainExit();
    this.#options.onExit();
  }

  #explainExit(): void {
    const { exitCode, signalCode } = this.#child;
    const reason = exitCode === null ? `signal: ${describeSignal(signalCode)}` : `exit status ${exitCode}`;
    const running = this.#running;
    const requestId = running?.invocation.requestId;
    const text =
      exitCode === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${reason}`;
    const message = requestId === undefined ? text : `RequestId: ${requestId} Error: ${text}`;
    this.#endInitialisation(failure('Runtime.ExitError', message));
    if (running === undefined) return;
    if (running.status !== 'timeout') this.#line(`${message}\nRuntime.ExitError`);
    this.#complete(running, failure('Runtime.ExitError', message));
    this.#report(running);
  }

  #becomeIdle(): void {
    const running = this.#running;
    if (running !== undefined && !running.answered) return;
    if (running !== undefined) this.#report(running);
    this.#endInitialisation(undefined);
    this.#options.onIdle();
  }

  #endInitialisation(result: Omit<Outcome, 'log'> | undefined): void {
    if (!this.#initialising) return;
    this.#initialising = false;
    this.#initialise(result);
  }

  /** The Runtime API got the handler's answer; false where the invocation is not the current one. */
  #answer(requestId: string, body: string, failed: boolean): 'accepted' | 'unknown' | 'too large' {
    const running = this.#running;
    if (running === undefined || running.answered || running.invocation.requestId !== requestId)
      return 'unknown';
    if (running.fault?.kill === 'before-answer') {
      this.kill();
      return 'accepted';
    }
    if (body.length > responseLimit && Buffer.byteLength(body) > responseLimit) {
      const message = `Response payload size exceeded maximum allowed payload size (${responseLimit} bytes).`;
      this.#complete(running, failure('Function.ResponseSizeTooLarge', message));
      return 'too large';
    }
    this.#complete(running, failed ? { payload: body, functionError: 'Unhandled' } : { payload: body });
    return 'accepted';
  }

  #complete(running: Running, outcome: Omit<Outcome, 'log'>): void {
    if (running.answered) return;
    running.answered = true;
    if (outcome.functionError && running.status === 'success') running.status = 'error';
    running.finish(outcome);
  }

  #timeOut(running: Running): void {
    running.status = 'timeout';
    const { requestId } = running.invocation;
    const seconds = this.definition.timeoutSeconds.toFixed(2);
    this.#line(`${new Date().toISOString()} ${requestId} Task timed out after ${seconds} seconds`);
    this.kill();
    // Only once the process is gone can it do no more: the caller hears of the timeout then.
    const outcome = failure(
      'Sandbox.Timedout',
      `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
    );
    once(this.#child, 'exit').then(() => this.#complete(running, outcome));
  }

  #report(running: Running): void {
    for (const timer of running.timers) clearTimeout(timer);
    const { requestId } = running.invocation;
    const report = {
      requestId,
      durationMs: performance.now() - running.startedAt,
      status: running.status,
    };
    for (const line of reportLines(this.definition, report)) this.#line(line);
    this.#running = undefined;
  }

  #line(line: string): void {
    if (this.#running && this.#running.log.length < 1000) this.#running.log.push(line);
    this.#options.onLine(line);
  }
}

const responseLimit = 6 * 1024 * 1024 + 100;

function describeSignal(signal: NodeJS.Signals | null): string {
  return signal === 'SIGKILL' ? 'killed' : (signal ?? 'unknown').replace('SIG', '').toLowerCase();
}
