import type { SandboxContext } from '../contract.ts';
import { ServiceError } from '../contract.ts';
import { statusChange } from './describe.ts';
import { Execution, type ExecutionStatus } from './execution.ts';
import type { Host, Machine } from './host.ts';
import { byteLength } from './json.ts';
import { limits } from './limits.ts';
import { checkArn, checkName, type Machines } from './machines.ts';
import type { MapRun } from './map/run.ts';
import type { TaskTokens } from './tokens.ts';

/** All executions and map runs of the account: what the interpreter needs of the service. */
export class Executions implements Host {
  readonly sandbox: SandboxContext;
  readonly tokens: TaskTokens;
  readonly #machines: Machines;
  readonly #byArn = new Map<string, Execution>();
  readonly #byParent = new Map<string, Execution[]>();
  readonly #mapRuns = new Map<string, MapRun>();
  #stopping = false;

  constructor(sandbox: SandboxContext, tokens: TaskTokens, machines: Machines) {
    this.sandbox = sandbox;
    this.tokens = tokens;
    this.#machines = machines;
  }

  /**
   * A name in use gives the running execution that has it, if the input is the same too.
   * Throws StateMachineDoesNotExist, InvalidName, InvalidExecutionInput or ExecutionAlreadyExists.
   */
  startExecution(request: { stateMachineArn: string; name?: string; input?: string }): Execution {
    const machine = this.#machines.get(request.stateMachineArn);
    const inputText = checkInput(request.input ?? '{}');
    if (request.name !== undefined) checkName(request.name);
    const execution = new Execution(this, machine, { name: request.name, inputText });
    const namesake = this.#byArn.get(execution.arn);
    if (namesake) {
      if (namesake.status === 'RUNNING' && namesake.inputText === inputText) return namesake;
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${execution.arn}'`);
    }
    this.#add(execution, machine.arn);
    execution.start();
    return execution;
  }

  startChild(machine: Machine, inputText: string, mapRun: MapRun): Execution {
    const child = new Execution(this, machine, { inputText, mapRun });
    this.#add(child, mapRun.arn);
    child.start();
    return child;
  }

  addMapRun(mapRun: MapRun): void {
    this.#mapRuns.set(mapRun.arn, mapRun);
  }

  /** Children of a Distributed Map tell their map run, not the bus. */
  statusChanged(execution: Execution): void {
    if (!execution.mapRun && !this.#stopping)
      this.sandbox.publish(statusChange(execution, this.sandbox.clock.now()));
  }

  executionOf(arn: string): Execution {
    checkArn(arn);
    const execution = this.#byArn.get(arn);
    if (!execution) throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  mapRunOf(arn: string): MapRun {
    const run = this.#mapRuns.get(arn);
    if (!run) throw new ServiceError('ResourceNotFound', `Resource not found: '${arn}'`);
    return run;
  }

  mapRunsOf(executionArn: string): MapRun[] {
    this.executionOf(executionArn);
    return [...this.#mapRuns.values()].filter((run) => run.executionArn === executionArn).reverse();
  }

  /** Newest first, of a state machine or of a map run. */
  listOf(parentArn: string, status: ExecutionStatus | undefined): Execution[] {
    const executions = this.#byParent.get(parentArn) ?? [];
    return executions.filter((execution) => !status || execution.status === status).reverse();
  }

  /** Ends all that runs, when the sandbox stops; nothing is told to the bus of it. */
  async stopAll(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#byArn.values()].filter(({ status }) => status === 'RUNNING');
    for (const execution of running) execution.stop('Sandbox.Stopped', 'The sandbox was stopped.');
    await Promise.all(running.map(({ done }) => done));
  }

  #add(execution: Execution, parentArn: string): void {
    this.#byArn.set(execution.arn, execution);
    const siblings = this.#byParent.get(parentArn);
    if (siblings) siblings.push(execution);
    else this.#byParent.set(parentArn, [execution]);
  }
}

function checkInput(text: string): string {
  const refuse = (why: string) =>
    new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`);
  if (text === '') throw refuse('Invalid execution input.');
  if (byteLength(text) > limits.dataBytes) {
    throw refuse(`The input is ${byteLength(text)} bytes long, more than ${limits.dataBytes}.`);
  }
  try {
    JSON.parse(text);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  return text;
}
