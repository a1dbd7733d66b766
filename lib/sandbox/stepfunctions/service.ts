import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import {
  describeExecution,
  describeMachine,
  describeMapRun,
  listedExecution,
  listedMapRun,
  redriveStatus,
} from './describe.ts';
import { Executions } from './executions.ts';
import { byteLength, type Json } from './json.ts';
import { limits } from './limits.ts';
import { Machines } from './machines.ts';
import { type PageRequest, pageOf } from './pages.ts';
import { TaskTokens } from './tokens.ts';

/**
 * Step Functions for standard state machines in JSONata. Executions call other services through the context, under
 * the state machine's role; their durations run on the context's clock.
 */
export class StepFunctionsService implements Service {
  readonly name = 'states';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #machines: Machines;
  readonly #tokens: TaskTokens;
  readonly #executions: Executions;

  constructor(context: SandboxContext) {
    this.#context = context;
    this.#machines = new Machines(context);
    this.#tokens = new TaskTokens(context.clock);
    this.#executions = new Executions(context, this.#tokens, this.#machines);
    this.operations = {
      ...this.#machineOperations(),
      ...this.#executionOperations(),
      ...this.#taskOperations(),
    };
  }

  async stop(): Promise<void> {
    await this.#executions.stopAll();
  }

  #machineOperations(): Record<string, Operation> {
    const machines = this.#machines;
    return {
      CreateStateMachine: async (input) => {
        const { arn, creationDate } = machines.create(input);
        return { stateMachineArn: arn, creationDate };
      },
      UpdateStateMachine: async ({ stateMachineArn, ...change }) => machines.update(stateMachineArn, change),
      DeleteStateMachine: async ({ stateMachineArn }) => {
        machines.delete(stateMachineArn);
        return {};
      },
      DescribeStateMachine: async ({ stateMachineArn }) => describeMachine(machines.get(stateMachineArn)),
      ListStateMachines: async (input: PageRequest) => {
        const { page, nextToken } = pageOf(machines.all(), input);
        const stateMachines = page.map(({ arn, name, creationDate }) => ({
          stateMachineArn: arn,
          name,
          type: 'STANDARD',
          creationDate,
        }));
        return { stateMachines, nextToken };
      },
      TagResource: async ({ resourceArn, tags }) => {
        const machine = machines.get(resourceArn);
        for (const { key, value } of tags) machine.tags.set(key, value);
        return {};
      },
      UntagResource: async ({ resourceArn, tagKeys }) => {
        const machine = machines.get(resourceArn);
        for (const key of tagKeys) machine.tags.delete(key);
        return {};
      },
      ListTagsForResource: async ({ resourceArn }) => ({
        tags: [...machines.get(resourceArn).tags].map(([key, value]) => ({ key, value })),
      }),
    };
  }

  #executionOperations(): Record<string, Operation> {
    const executions = this.#executions;
    return {
      StartExecution: async (input) => {
        const { arn, startDate } = executions.startExecution(input);
        return { executionArn: arn, startDate };
      },
      DescribeExecution: async ({ executionArn }) =>
        describeExecution(executions.executionOf(executionArn), this.#now),
      GetExecutionHistory: async ({ executionArn, reverseOrder, includeExecutionData, ...request }) => {
        const { events } = executions.executionOf(executionArn).history;
        const { page, nextToken } = pageOf(reverseOrder ? events.toReversed() : events, request);
        return { events: page, nextToken };
      },
      ListExecutions: async ({ stateMachineArn, mapRunArn, statusFilter, ...request }) => {
        checkStatusFilter(statusFilter);
        if (mapRunArn === undefined) this.#machines.get(stateMachineArn);
        else executions.mapRunOf(mapRunArn);
        const { page, nextToken } = pageOf(
          executions.listOf(mapRunArn ?? stateMachineArn, statusFilter),
          request,
        );
        return { executions: page.map(listedExecution), nextToken };
      },
      StopExecution: async ({ executionArn, error, cause }) => {
        const execution = executions.executionOf(executionArn);
        execution.stop(error, cause);
        return { stopDate: execution.stopDate };
      },
      RedriveExecution: async ({ executionArn }) => {
        const execution = executions.executionOf(executionArn);
        const { redriveStatus: status, redriveStatusReason } = redriveStatus(execution, this.#now);
        if (status !== 'REDRIVABLE') {
          throw new ServiceError('ExecutionNotRedrivable', redriveStatusReason ?? `Execution is ${status}`);
        }
        execution.redrive();
        return { redriveDate: execution.redriveDate };
      },
      ListMapRuns: async ({ executionArn, ...request }) => {
        const { page, nextToken } = pageOf(executions.mapRunsOf(executionArn), request);
        return { mapRuns: page.map(listedMapRun), nextToken };
      },
      DescribeMapRun: async ({ mapRunArn }) => describeMapRun(executions.mapRunOf(mapRunArn)),
    };
  }

  #taskOperations(): Record<string, Operation> {
    return {
      SendTaskSuccess: async ({ taskToken, output }) => {
        this.#tokens.succeed(taskToken, parseOutput(output));
        return {};
      },
      SendTaskFailure: async ({ taskToken, error, cause }) => {
        checkLength('error', error, limits.errorLength);
        checkLength('cause', cause, limits.causeLength);
        this.#tokens.fail(taskToken, error, cause);
        return {};
      },
      SendTaskHeartbeat: async ({ taskToken }) => {
        this.#tokens.heartbeat(taskToken);
        return {};
      },
    };
  }

  get #now(): Date {
    return this.#context.clock.now();
  }
}

const statuses = ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'];

function checkStatusFilter(status: string | undefined): void {
  if (status === undefined || statuses.includes(status)) return;
  throw new ServiceError(
    'ValidationException',
    `1 validation error detected: Value '${status}' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [${statuses.join(', ')}]`,
  );
}

function parseOutput(text: string): Json {
  if (byteLength(text) > limits.dataBytes) {
    throw new ServiceError(
      'InvalidOutput',
      `Invalid Output: 'The output is longer than ${limits.dataBytes} bytes'`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ServiceError('InvalidOutput', `Invalid Output: '${(error as Error).message}'`);
  }
}

function checkLength(member: string, text: string | undefined, most: number): void {
  if (text !== undefined && text.length > most) {
    throw new ServiceError(
      'ValidationException',
      `Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
    );
  }
}
