import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, paginateGetExecutionHistory, type SFNClient } from '@aws-sdk/client-sfn';
import { exitStatus, type Io } from '../io.ts';
import { display } from '../progress/show.ts';
import { endText } from '../progress/view.ts';
import { watchRun } from '../progress/watch-run.ts';
import { type StartOptions, startRun } from './start.ts';

export interface PlanClients {
  sfn: SFNClient;
  s3: S3Client;
  lambda: LambdaClient;
}

/** Runs as far as the plan, changes nothing, and prints the plan as JSON. */
export async function plan(io: Io, clients: PlanClients, options: StartOptions): Promise<number> {
  const { sfn } = clients;
  const executionArn = await startRun(sfn, { ...options, mode: 'plan' });
  // The plan itself is what goes to the standard output; progress goes beside it.
  const shown = display({ ...io, out: (text) => io.err(text.trimEnd()), live: false });
  const end = await watchRun({ sfn, executionArn, onEvent: shown.onEvent });
  if (end.status !== 'SUCCEEDED') {
    io.err(`rollback: the plan ${endText(end)}`);
    return exitStatus.failed;
  }
  io.out(`${JSON.stringify(await readPlan(clients, executionArn), null, 2)}\n`);
  return exitStatus.ok;
}

async function readPlan({ sfn, s3, lambda }: PlanClients, executionArn: string): Promise<unknown> {
  const run = await runIdOf(sfn, executionArn);
  const { stateMachineArn } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  const FunctionName = `${stateMachineArn!.split(':').at(-1)}-plan`;
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Bucket = Environment?.Variables?.CONTROL_BUCKET;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `runs/${run}/plan.json` }));
  return JSON.parse((await Body?.transformToString()) ?? 'null');
}

/** The run's id, from what DeclareRollback answered. */
async function runIdOf(sfn: SFNClient, executionArn: string): Promise<string> {
  for await (const page of paginateGetExecutionHistory({ client: sfn }, { executionArn })) {
    for (const { stateExitedEventDetails: exited } of page.events ?? []) {
      if (!exited?.name?.startsWith('Declare')) continue;
      const id = (JSON.parse(exited.output ?? '{}') as { run?: { id?: string } }).run?.id;
      if (id !== undefined) return id;
    }
  }
  throw new Error(`The history of ${executionArn} shows no run that was declared.`);
}
