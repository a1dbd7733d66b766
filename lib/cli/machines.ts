import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  paginateListStateMachines,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { UsageError } from './io.ts';

/** The ARN of a cluster's rollback machine. Throws `UsageError` naming the clusters there are. */
export async function rollbackMachine(sfn: SFNClient, cluster: string | undefined): Promise<string> {
  const clusters = new Map<string, string>();
  for await (const page of paginateListStateMachines({ client: sfn }, {})) {
    for (const { name = '', stateMachineArn = '' } of page.stateMachines ?? []) {
      if (name.endsWith('-rollback')) clusters.set(name.slice(0, -'-rollback'.length), stateMachineArn);
    }
  }
  const names = [...clusters.keys()].sort();
  const here = names.length > 0 ? `here are ${names.join(', ')}` : 'here is none';
  if (cluster === undefined) {
    if (names.length === 1) return clusters.get(names[0]!)!;
    throw new UsageError(`Which cluster? Give --cluster NAME; ${here}.`);
  }
  const arn = clusters.get(cluster);
  if (arn === undefined)
    throw new UsageError(`There is no cluster ${JSON.stringify(cluster)} with a rollback; ${here}.`);
  return arn;
}

/**
 * The execution that a person means: an ARN, the name of one of the cluster's executions, or with nothing given
 * the newest. Throws `UsageError`.
 */
export async function findExecution(
  sfn: SFNClient,
  execution: string | undefined,
  cluster: string | undefined,
): Promise<string> {
  if (execution?.startsWith('arn:')) return execution;
  const stateMachineArn = await rollbackMachine(sfn, cluster);
  if (execution === undefined) {
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }));
    const newest = executions[0]?.executionArn;
    if (newest === undefined) throw new UsageError('There has been no run yet.');
    return newest;
  }
  const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${execution}`;
  try {
    await sfn.send(new DescribeExecutionCommand({ executionArn }));
  } catch (error) {
    if ((error as Error).name !== 'ExecutionDoesNotExist' && (error as Error).name !== 'InvalidArn')
      throw error;
    throw new UsageError(`There is no run ${JSON.stringify(execution)}; rollback status lists the runs.`);
  }
  return executionArn;
}
