import type { SFNClient } from '@aws-sdk/client-sfn';
import { exitStatus, type Io } from '../io.ts';
import { findExecution } from '../machines.ts';
import { display } from '../progress/show.ts';
import { endText } from '../progress/view.ts';
import { watchRun } from '../progress/watch-run.ts';

/** Follows a run to its end; the status says how it ended. */
export async function watch(
  io: Io,
  sfn: SFNClient,
  { execution, cluster }: { execution?: string; cluster?: string },
): Promise<number> {
  return follow(io, sfn, await findExecution(sfn, execution, cluster));
}

export async function follow(io: Io, sfn: SFNClient, executionArn: string): Promise<number> {
  const shown = display(io);
  let end: Awaited<ReturnType<typeof watchRun>>;
  try {
    end = await watchRun({ sfn, executionArn, onEvent: shown.onEvent });
  } finally {
    shown.stop();
  }
  if (end.status === 'SUCCEEDED') return exitStatus.ok;
  io.err(`rollback: the run ${endText(end)}`);
  io.err('  rollback status shows what holds now; rollback audit verify says whether its record is whole.');
  return exitStatus.failed;
}
