import { paginateGetExecutionHistory, type SFNClient } from '@aws-sdk/client-sfn';

/** The run's id, from what DeclareRollback answered. */
export async function declaredRun(sfn: SFNClient, executionArn: string): Promise<string> {
  for await (const page of paginateGetExecutionHistory({ client: sfn }, { executionArn })) {
    for (const { stateExitedEventDetails: exited } of page.events ?? []) {
      if (!exited?.name?.startsWith('Declare')) continue;
      const id = (JSON.parse(exited.output ?? '{}') as { run?: { id?: string } }).run?.id;
      if (id !== undefined) return id;
    }
  }
  throw new Error(`The history of ${executionArn} shows no run that was declared.`);
}
