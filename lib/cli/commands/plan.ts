import type { LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { controlBucket } from '../control-bucket.ts';
import { declaredRun } from '../declared-run.ts';
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
  const run = await declaredRun(sfn, executionArn);
  const { stateMachineArn } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  const Bucket = await controlBucket(lambda, stateMachineArn!);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: `runs/${run}/plan.json` }));
  return JSON.parse((await Body?.transformToString()) ?? 'null');
}
