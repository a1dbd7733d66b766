import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { type ControlStore, s3ControlStore } from '../../adapters/aws/control-store.ts';
import { addVote, isDecided, personOf, type Vote } from '../../domain/run/approval.ts';
import type { ApprovalRequest } from '../../domain/run/approval-request.ts';
import { controlKeys } from '../../domain/run/names.ts';
import { controlBucket } from '../control-bucket.ts';
import { declaredRun } from '../declared-run.ts';
import { exitStatus, type Io, UsageError } from '../io.ts';
import { findExecution, rollbackMachine } from '../machines.ts';

export interface VoteClients {
  sfn: SFNClient;
  s3: S3Client;
  lambda: LambdaClient;
  sts: STSClient;
}

export interface VoteOptions {
  decision: Vote['decision'];
  /** A run's id, or the name or ARN of its execution; the newest where not given. */
  run?: string;
  reason: string;
  cluster?: string;
}

/** Adds the caller's vote to what a run asks, and lets the run go on once that decides it. Throws `UsageError`. */
export async function vote(io: Io, clients: VoteClients, options: VoteOptions): Promise<number> {
  const { sfn, sts } = clients;
  const machine = await rollbackMachine(sfn, options.cluster);
  const store = s3ControlStore(clients.s3, await controlBucket(clients.lambda, machine));
  const run = await runOf(sfn, options);
  const { Arn: caller = '' } = await sts.send(new GetCallerIdentityCommand({}));
  const cast = {
    person: personOf(caller),
    decision: options.decision,
    reason: options.reason,
    at: new Date().toISOString(),
  };
  const asked = await castVote(store, run, cast, sfn);
  const { quorum, taskToken, votes, commander, restorePoint, why, dataLossSeconds } = asked;
  io.err(`Run ${run} goes back to ${restorePoint}: ${why}. ${dataLossSeconds} s of writes stay behind.`);
  if (!isDecided(votes, { quorum, requester: commander })) {
    io.out(`Counted. The run waits for ${quorum} people beside ${commander} until ${asked.expiresAt}.\n`);
    return exitStatus.ok;
  }
  await sfn.send(new SendTaskSuccessCommand({ taskToken: taskToken!, output: JSON.stringify({ votes }) }));
  io.out(options.decision === 'deny' ? 'Denied: the run ends.\n' : 'Approved: the run goes on.\n');
  return exitStatus.ok;
}

async function runOf(sfn: SFNClient, { run, cluster }: VoteOptions): Promise<string> {
  if (run !== undefined && /^\d{8}T\d{6}Z-[0-9a-f]{16}$/.test(run)) return run;
  const executionArn = await findExecution(sfn, run, cluster);
  return declaredRun(sfn, executionArn);
}

/** Others may vote at the same moment: by compare-and-set. */
async function castVote(
  store: ControlStore,
  run: string,
  cast: Vote,
  sfn: SFNClient,
): Promise<ApprovalRequest> {
  const key = controlKeys.approval(run);
  for (let attempt = 0; attempt < 5; attempt++) {
    const found = await store.read<ApprovalRequest>(key);
    if (found === undefined) throw new UsageError(`Run ${run} has not asked for approval.`);
    if (found.value.taskToken === null) throw new UsageError(`Run ${run} has been decided already.`);
    const executionArn = found.value.execution;
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') throw new UsageError(`Run ${run} waits no longer: it is ${status}.`);
    const votes = addVote(found.value.votes, cast, found.value.commander);
    const next = { ...found.value, votes };
    if (await store.replace(key, next, found.etag)) return next;
  }
  throw new Error(`The approval of ${run} changed while it was written; try again.`);
}
