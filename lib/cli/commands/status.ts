import { ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { exitStatus, type Io } from '../io.ts';
import { rollbackMachine } from '../machines.ts';
import { History } from '../progress/history.ts';
import { elapsed } from '../progress/view.ts';

/** Lists a cluster's newest runs and, of one that is under way, where it stands. */
export async function status(
  io: Io,
  sfn: SFNClient,
  { cluster, limit }: { cluster?: string; limit: number },
): Promise<number> {
  const stateMachineArn = await rollbackMachine(sfn, cluster);
  const { executions = [] } = await sfn.send(
    new ListExecutionsCommand({ stateMachineArn, maxResults: limit }),
  );
  if (executions.length === 0) io.out('No run yet.\n');
  for (const {
    name = '',
    status: state = '',
    startDate = new Date(),
    stopDate,
    executionArn,
  } of executions) {
    const at = state === 'RUNNING' ? await stateOf(sfn, executionArn!) : '';
    const time = elapsed(startDate, stopDate ?? new Date());
    io.out(
      `${startDate.toISOString()}  ${state.padEnd(9)} ${time.padStart(8)}  ${name}${at && `  in ${at}`}\n`,
    );
  }
  return exitStatus.ok;
}

async function stateOf(sfn: SFNClient, executionArn: string): Promise<string> {
  const { events } = await new History(sfn, executionArn, {}).read();
  return events.findLast(({ type }) => type === 'entered')?.state ?? '';
}
