import { randomUUID } from 'node:crypto';
import type { Principal } from '../contract.ts';
import { Interrupted, StateFailure } from './failure.ts';
import { runBlock } from './flow.ts';
import { History, withInput, withOutput } from './history.ts';
import { type Host, type Machine, principalOf } from './host.ts';
import type { Json } from './json.ts';
import type { MapRun } from './map/run.ts';
import { Thread } from './thread.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** Where the whole machine stands; a redrive starts again from here. */
interface Checkpoint {
  state: string;
  input: Json;
  variables: Record<string, Json>;
}

const longestTimeoutMs = 2 ** 31 - 1;

/** One execution of a state machine, or one child of a Distributed Map. */
export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly machine: Machine;
  readonly host: Host;
  readonly inputText: string;
  readonly input: Json;
  readonly startDate: Date;
  readonly mapRun: MapRun | undefined;
  readonly principal: Principal;
  readonly history: History;

  status: ExecutionStatus = 'RUNNING';
  stopDate: Date | undefined;
  outputText: string | undefined;
  failure: StateFailure | undefined;
  redriveCount = 0;
  redriveDate: Date | undefined;
  /** Settles when the execution has ended, however it ended. */
  done: Promise<void> = Promise.resolve();

  /** The last map run of each Distributed Map among the machine's own states. */
  readonly #mapRuns = new Map<string, MapRun>();
  #root: Thread | undefined;
  /** The state that a redrive went back to, until it is entered. */
  #resumed: string | undefined;
  #checkpoint: Checkpoint | undefined;
  #interrupt = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #ended = Promise.withResolvers<void>();

  constructor(host: Host, machine: Machine, options: { name?: string; inputText: string; mapRun?: MapRun }) {
    const { account, region, clock } = host.sandbox;
    this.host = host;
    this.machine = machine;
    this.name = options.name ?? randomUUID();
    this.arn = `arn:aws:states:${region}:${account}:execution:${machine.name}:${this.name}`;
    this.inputText = options.inputText;
    this.input = JSON.parse(options.inputText);
    this.mapRun = options.mapRun;
    this.principal = principalOf(machine, this.name);
    this.startDate = clock.now();
    this.history = new History(() => clock.now());
  }

  /** The part of `$states.context` that is the same in every state. */
  get contextObject(): Record<string, Json> {
    return {
      Execution: {
        Id: this.arn,
        Input: this.input,
        Name: this.name,
        RoleArn: this.machine.roleArn,
        StartTime: this.startDate.toISOString(),
        RedriveCount: this.redriveCount,
      },
      StateMachine: { Id: this.machine.arn, Name: this.machine.name },
    };
  }

  start(): void {
    this.history.append('ExecutionStarted', 0, {
      executionStartedEventDetails: { ...withInput(this.inputText), roleArn: this.machine.roleArn },
    });
    // The first state's events follow none: so Step Functions numbers them.
    this.#run(0);
  }

  /** Runs again from the state in which the execution ended; that state is entered anew. */
  redrive(): void {
    this.status = 'RUNNING';
    this.redriveCount++;
    this.redriveDate = this.host.sandbox.clock.now();
    this.stopDate = undefined;
    this.failure = undefined;
    this.#interrupt = new AbortController();
    this.#ended = Promise.withResolvers();
    this.history.reopen();
    const previous = this.history.append('ExecutionRedriven', this.history.events.length, {
      executionRedrivenEventDetails: { redriveCount: this.redriveCount },
    });
    this.#resumed = this.#checkpoint?.state;
    this.#run(previous, this.#checkpoint);
  }

  /** Ends the execution as StopExecution does: no Catch sees it. */
  stop(error: string | undefined, cause: string | undefined): void {
    this.#end('ABORTED', new StateFailure(error, cause));
    this.#interrupt.abort(new Interrupted('stopped'));
  }

  /** Notes where the machine's own path of control is; paths inside a Map or Parallel belong to that state. */
  checkpoint(thread: Thread, state: string, input: Json): void {
    if (thread === this.#root) this.#checkpoint = { state, input, variables: thread.variables };
  }

  noteMapRun(thread: Thread, state: string, run: MapRun): void {
    if (thread === this.#root) this.#mapRuns.set(state, run);
  }

  /** The map run that a redrive of this state goes on with: it starts no child again that succeeded. */
  mapRunToRedrive(thread: Thread, state: string): MapRun | undefined {
    if (thread !== this.#root || state !== this.#resumed) return undefined;
    this.#resumed = undefined;
    const run = this.#mapRuns.get(state);
    return run && run.status !== 'SUCCEEDED' && run.inputs.length > 0 ? run : undefined;
  }

  #run(previous: number, from?: Checkpoint): void {
    this.done = this.#ended.promise;
    this.host.statusChanged(this);
    const { definition } = this.machine;
    if (definition.TimeoutSeconds !== undefined) {
      // Real time, since the work of functions, which it bounds, is real.
      this.#timer = setTimeout(
        () => {
          this.#end('TIMED_OUT', new StateFailure(undefined));
          this.#interrupt.abort(new Interrupted('timeout'));
        },
        Math.min(definition.TimeoutSeconds * 1000, longestTimeoutMs),
      );
    }
    const thread = new Thread({
      execution: this,
      signal: this.#interrupt.signal,
      previous,
      variables: from?.variables,
    });
    this.#root = thread;
    runBlock(definition, from ? from.input : this.input, thread, from?.state).then(
      (output) => this.#end('SUCCEEDED', undefined, JSON.stringify(output)),
      (error) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    if (error instanceof Interrupted) return;
    if (error instanceof StateFailure) {
      this.#end('FAILED', error);
      return;
    }
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.host.sandbox.log(`states: ${this.arn} failed inside the sandbox: ${message}`);
    this.#end('FAILED', new StateFailure('States.Runtime', `The sandbox failed: ${message}`));
  }

  #end(status: Exclude<ExecutionStatus, 'RUNNING'>, failure?: StateFailure, outputText?: string): void {
    if (this.status !== 'RUNNING') return;
    clearTimeout(this.#timer);
    this.status = status;
    this.stopDate = this.host.sandbox.clock.now();
    this.failure = failure;
    this.outputText = outputText;
    const [type, member] = endings[status];
    const thread = this.#root!;
    const previous =
      status === 'ABORTED' || status === 'TIMED_OUT' ? thread.beforeInterruption : thread.previous;
    this.history.close(type, previous, {
      [member]: outputText === undefined ? failure!.members : withOutput(outputText),
    });
    this.host.statusChanged(this);
    this.#ended.resolve();
  }
}

const endings: Record<Exclude<ExecutionStatus, 'RUNNING'>, [type: string, member: string]> = {
  SUCCEEDED: ['ExecutionSucceeded', 'executionSucceededEventDetails'],
  FAILED: ['ExecutionFailed', 'executionFailedEventDetails'],
  TIMED_OUT: ['ExecutionTimedOut', 'executionTimedOutEventDetails'],
  ABORTED: ['ExecutionAborted', 'executionAbortedEventDetails'],
};
