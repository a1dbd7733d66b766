/** One incident, from the damage to the end of the run that answers it. */
import { setTimeout as pause } from 'node:timers/promises';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { runIdOf } from '../../../lib/domain/run/names.ts';
import { damage } from '../incident.ts';
import { readLogin } from '../workload/connect.ts';
import { type ShardReport, sideOf } from './report.ts';
import type { Stage } from './stage.ts';

/** How a run ended, and what it worked on. */
export interface Ending {
  run: string;
  execution: string;
  status: string;
  error: string;
  cause: string;
  incidentAt: string;
  detectedAt: string;
  endedAt: string;
  restorePoint: string | null;
  shards: ShardReport[];
}

export interface Play {
  stage: Stage;
  /** Damages the cluster, waits for the run that nobody starts, follows it to its end. */
  incident(): Promise<Ending>;
  /** Waits until the alarm is OK again and a new restore point exists. */
  calm(): Promise<void>;
}

export interface Follower {
  /** A new line of what happens. */
  say(line: string): void;
  /** Shows the run until it has ended. */
  follow(execution: string): Promise<void>;
}

/** How long a run may take to start by itself after the damage. */
const startTimeoutMs = 60_000;

export function play(stage: Stage, follower: Follower): Play {
  const sfn = new SFNClient({});
  const s3 = new S3Client({});
  const machine = stage.outputs.RollbackMachineArn!;
  const bucket = stage.outputs.ControlBucketName!;

  async function object<Body>(key: string): Promise<Body | undefined> {
    try {
      const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return JSON.parse(await body!.transformToString()) as Body;
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async function executions() {
    const { executions: all = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine }));
    return all;
  }

  async function goodPassAfter(since: Date): Promise<void> {
    for (;;) {
      const good = await object<{ at: string }>(`sentinel/${stage.policy.cluster}/last-good.json`);
      if (good !== undefined && new Date(good.at) > since) return;
      await pause(200);
    }
  }

  async function nextRun(known: Set<string>, since: number): Promise<{ arn: string; startedAt: Date }> {
    while (Date.now() - since < startTimeoutMs) {
      const fresh = (await executions()).find(({ executionArn }) => !known.has(executionArn!));
      if (fresh !== undefined) return { arn: fresh.executionArn!, startedAt: fresh.startDate! };
      await pause(100);
    }
    throw new Error(`no run started by itself within ${startTimeoutMs / 1000} s after the damage`);
  }

  async function shardReports(run: string): Promise<{ restorePoint: string | null; shards: ShardReport[] }> {
    const plan = await object<Plan>(`runs/${run}/plan.json`);
    if (plan === undefined) return { restorePoint: null, shards: [] };
    const { DBInstances = [] } = await new RDSClient({}).send(new DescribeDBInstancesCommand({}));
    const shards = await Promise.all(
      plan.shards.map(async ({ name, record, source, clone }) => {
        const instance = DBInstances.find(({ DBInstanceIdentifier: id }) => id === clone.instanceId);
        const side = (id: string, host: string, port: number) =>
          sideOf({ id, host, port }, stage.policy.database, stage.cluster.auditor);
        const live = instance?.Endpoint?.Address;
        const named = await stage.witness.address(record);
        return {
          id: name,
          record,
          source: side(source.instanceId, source.host, source.port),
          clone: live === undefined ? null : side(clone.instanceId, live, instance!.Endpoint!.Port!),
          restoredTo: live === undefined ? null : plan.restorePoint,
          validated: (await object(`runs/${run}/fingerprints/${name}.json`)) !== undefined,
          cutOver: live !== undefined && named === (await stage.witness.address(live)),
        };
      }),
    );
    return { restorePoint: plan.restorePoint, shards };
  }

  return {
    stage,
    async incident() {
      await goodPassAfter(new Date());
      const known = new Set((await executions()).map(({ executionArn }) => executionArn!));
      const damaged = shardsToDamage(stage.policy.shards);
      const login = await readLogin(stage.policy.logins.applications[0]!);
      const results = await Promise.all(
        damaged.map(async ({ record }) =>
          damage({
            address: await stage.witness.address(record),
            port: stage.cluster.shards[0]!.instance.port,
            database: stage.policy.database,
            login,
            localAddress: stage.sandbox.host('app').address,
          }),
        ),
      );
      const incidentAt = new Date(Math.min(...results.map(({ committedAt }) => committedAt.getTime())));
      const rows = results.reduce((sum, result) => sum + result.rows, 0);
      follower.say(`A bad deploy has damaged ${rows} rows on ${damaged.map(({ name }) => name).join(', ')}`);
      const { arn, startedAt } = await nextRun(known, incidentAt.getTime());
      const seconds = ((startedAt.getTime() - incidentAt.getTime()) / 1000).toFixed(1);
      follower.say(`Found by the sentinel; the alarm has started a run ${seconds} s after the damage`);
      await follower.follow(arn);
      const end = await sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
      const run = runIdOf({ arn, startTime: end.startDate!.toISOString() });
      return {
        run,
        execution: arn,
        status: end.status!,
        error: end.error ?? '',
        cause: end.cause ?? '',
        incidentAt: incidentAt.toISOString(),
        detectedAt: startedAt.toISOString(),
        endedAt: (end.stopDate ?? new Date()).toISOString(),
        ...(await shardReports(run)),
      };
    },
    async calm() {
      await goodPassAfter(new Date());
    },
  };
}

interface Plan {
  restorePoint: string;
  shards: {
    name: string;
    record: string;
    source: { instanceId: string; host: string; port: number };
    clone: { instanceId: string };
  }[];
}

/** Some shards, not the first, where there are others: the damage of a deploy that was rolled out in part. */
function shardsToDamage<Shard>(shards: Shard[]): Shard[] {
  return shards.length === 1 ? shards : shards.slice(1, 1 + Math.ceil((shards.length - 1) / 2));
}
