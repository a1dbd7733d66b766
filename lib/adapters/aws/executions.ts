import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { send } from './errors.ts';

/** Executions of our state machines. */
export function sfnExecutions(sfn: SFNClient) {
  return {
    /** Starts an execution once: `exists` where that name was used before with another input or has ended. */
    async start(machineArn: string, name: string, input: unknown): Promise<'started' | 'exists'> {
      const request = { stateMachineArn: machineArn, name, input: JSON.stringify(input) };
      try {
        await send(sfn, new StartExecutionCommand(request));
        return 'started';
      } catch (error) {
        if ((error as Error).name === 'ExecutionAlreadyExists') return 'exists';
        throw error;
      }
    },

    /** Whether an execution is under way; one that nobody knows is not. */
    async isRunning(executionArn: string): Promise<boolean> {
      try {
        const { status } = await send(sfn, new DescribeExecutionCommand({ executionArn }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE';
      } catch (error) {
        if (['ExecutionDoesNotExist', 'InvalidArn'].includes((error as Error).name)) return false;
        throw error;
      }
    },
  };
}

export type Executions = ReturnType<typeof sfnExecutions>;
