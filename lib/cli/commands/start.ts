import { randomBytes } from 'node:crypto';
import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { parseInstant } from '../../domain/run/instant.ts';
import { parseRollbackRequest } from '../../domain/run/request.ts';
import { exitStatus, type Io } from '../io.ts';
import { rollbackMachine } from '../machines.ts';
import { follow } from './watch.ts';

export interface StartOptions {
  cluster?: string;
  reason: string;
  restoreTo?: string;
  mode?: string;
  incident?: string;
  commander?: string;
  class?: string;
  watch?: boolean;
}

/** Starts a run and, where asked to, follows it. */
export async function start(io: Io, sfn: SFNClient, options: StartOptions): Promise<number> {
  const executionArn = await startRun(sfn, options);
  if (options.watch !== true) {
    io.out(`${executionArn}\n`);
    io.err(`Started. Follow it: rollback watch ${executionArn.split(':').at(-1)}`);
    return exitStatus.ok;
  }
  io.err(`Started ${executionArn}`);
  return follow(io, sfn, executionArn);
}

/** Starts the execution and gives its ARN. Throws `UsageError` or `InvalidInput` before anything is started. */
export async function startRun(sfn: SFNClient, options: StartOptions): Promise<string> {
  const { cluster, reason, restoreTo, mode, incident, commander, class: rollbackClass } = options;
  const given = { reason, restoreTo, mode, incident, commander, class: rollbackClass };
  const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const asked = parseRollbackRequest(input);
  if (asked.restoreTo !== 'last-good') parseInstant(asked.restoreTo, '--restore-to');
  const stateMachineArn = await rollbackMachine(sfn, cluster);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn,
      name: `manual-${time}-${randomBytes(4).toString('hex')}`,
      input: JSON.stringify(input),
    }),
  );
  return executionArn!;
}
