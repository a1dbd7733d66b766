import { ServiceError } from '../../contract.ts';
import type { Execution } from '../execution.ts';
import { StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import { optimisedFailure } from './errors.ts';
import { type Integration, type Pattern, sdkMetadata, type TaskCall } from './integration.ts';

/**
 * `arn:aws:states:::states:startExecution`, alone, with `.waitForTaskToken`, `.sync` (input and output are JSON
 * text) or `.sync:2` (they are JSON). A synchronous child is stopped with its parent.
 */
export function startExecution(resource: string, pattern: Pattern): Integration {
  const parsed = resource.endsWith('.sync:2');
  return {
    resourceType: 'states',
    resource,
    pattern,
    realTime: pattern === 'sync',
    async request(args, call) {
      const child = await start(args as Record<string, Json>, call, pattern);
      return { ExecutionArn: child.arn, StartDate: child.startDate.getTime(), ...sdkMetadata() };
    },
    async finish(submitted, call) {
      const child = call.host.executionOf((submitted as { ExecutionArn: string }).ExecutionArn);
      const stopChild = () => child.stop(undefined, undefined);
      call.signal.addEventListener('abort', stopChild);
      await child.done;
      call.signal.removeEventListener('abort', stopChild);
      const result = describe(child, parsed);
      if (child.status !== 'SUCCEEDED') throw new StateFailure('States.TaskFailed', JSON.stringify(result));
      return result;
    },
  };
}

/** By this managed rule Step Functions learns of the end of children that it waits for. */
const endOfExecutionRule = { Name: 'StepFunctionsGetEventsForStepFunctionsExecutionRule' };

async function start(
  { StateMachineArn, Name, Input }: Record<string, Json>,
  call: TaskCall,
  pattern: Pattern,
): Promise<Execution> {
  try {
    if (typeof StateMachineArn !== 'string') {
      throw new ServiceError(
        'ValidationException',
        `StateMachineArn must be text but was: ${JSON.stringify(StateMachineArn)}`,
      );
    }
    const { sandbox } = call.host;
    await sandbox.authorize('states', 'StartExecution', { stateMachineArn: StateMachineArn }, call.principal);
    for (const operation of pattern === 'sync' ? ['PutTargets', 'PutRule', 'DescribeRule'] : []) {
      await sandbox.authorize('events', operation, endOfExecutionRule, call.principal);
    }
    return call.host.startExecution({
      stateMachineArn: StateMachineArn,
      name: Name as string | undefined,
      input: Input === undefined ? '{}' : typeof Input === 'string' ? Input : JSON.stringify(Input),
    });
  } catch (error) {
    throw optimisedFailure('StepFunctions', 'AWSStepFunctions', error);
  }
}

function describe(child: Execution, parsed: boolean): Record<string, Json> {
  const shown = (text: string): Json => (parsed ? JSON.parse(text) : text);
  return {
    ...(child.failure?.detail ? { Cause: child.failure.detail } : {}),
    ...(child.failure?.error === undefined ? {} : { Error: child.failure.error }),
    ExecutionArn: child.arn,
    Input: shown(child.inputText),
    InputDetails: { Included: true },
    Name: child.name,
    ...(child.outputText === undefined
      ? {}
      : { Output: shown(child.outputText), OutputDetails: { Included: true } }),
    StartDate: child.startDate.getTime(),
    StateMachineArn: child.machine.arn,
    Status: child.status,
    StopDate: child.stopDate!.getTime(),
  };
}
