import * as z from 'zod/mini';
import type { RunRef } from '../../lib/domain/envelope.ts';
import { classOf, wavesOf } from '../../lib/domain/policy/policy.ts';
import { isAutomatic, preauthorisationOf } from '../../lib/domain/run/declaration.ts';
import { hourlyUsd, restoreSeconds } from '../../lib/domain/run/estimate.ts';
import { wholeSeconds } from '../../lib/domain/run/instant.ts';
import { cloneIdOf, controlKeys } from '../../lib/domain/run/names.ts';
import { itemLists, type Plan } from '../../lib/domain/run/plan.ts';
import {
  chooseRestorePoint,
  judgeWindows,
  type RestorePoint,
  type Window,
} from '../../lib/domain/run/restore-point.ts';
import { defineStep } from '../step.ts';
import { type FoundShard, lookAtShards, windowsOf } from './look-at-shards.ts';
import type { PlanPorts } from './ports.ts';
import { checkKeys, checkQuotas, checkResidency } from './preconditions.ts';

/** Finds out whether the run may go ahead, and writes the plan and the lists of shards for the Maps. */
export const CheckPreconditions = defineStep({
  name: 'CheckPreconditions',
  records: 'finding',
  target: ({ run, input }) =>
    input.waitedSeconds === 0 ? run.cluster : `${run.cluster}.${input.waitedSeconds}`,
  input: z.object({
    reason: z.string(),
    restoreTo: z.nullable(z.string()),
    restorePoint: z.nullable(z.string()),
    why: z.nullable(z.string()),
    waitedSeconds: z.int(),
  }),
  output: z.union([
    z.object({ next: z.literal('wait'), waitSeconds: z.int(), restorePoint: z.string(), why: z.string() }),
    z.object({
      next: z.enum(['plan', 'approve', 'preauthorise']),
      restorePoint: z.string(),
      why: z.string(),
      freezeFirst: z.boolean(),
      shards: z.int(),
      canary: z.int(),
      others: z.int(),
      waves: z.int(),
      wavePauseSeconds: z.int(),
      approvalTimeoutSeconds: z.int(),
      dataLossSeconds: z.int(),
    }),
  ]),
  evidence: (result) => result,
  evidenceOfFailure: ({ details }) => ({ shards: details.shards, record: details.record }),
  async run({ run, input }, ports: PlanPorts) {
    const { policy, documents } = ports;
    const shards = await lookAtShards(ports);
    checkResidency(run.execution, shards, ports);
    const windows = await windowsOf(shards, ports);
    const point =
      input.restorePoint === null
        ? chooseRestorePoint(input.restoreTo ?? 'last-good', {
            lastGood: await documents.lastGood(run.cluster),
            marginSeconds: policy.restorePoint.marginSeconds,
            now: ports.now(),
          })
        : { at: input.restorePoint, why: input.why ?? '' };
    const judged = judgeWindows(point.at, windows, {
      seconds: input.waitedSeconds,
      mostSeconds: policy.restorePoint.waitMinutes * 60,
    });
    if (!judged.ready) {
      return {
        next: 'wait' as const,
        waitSeconds: judged.waitSeconds,
        restorePoint: point.at,
        why: point.why,
      };
    }
    await checkQuotas(shards, ports);
    await checkKeys(shards, ports);
    const { restored: restoredBefore } = await ports.lock.current(run.cluster);
    const plan = await keepPlan(
      run,
      planOf(run, { ...point, restoredBefore }, shards, windows, ports),
      ports,
    );
    const automatic = isAutomatic(await documents.incident(run.cluster), run.execution);
    return { next: nextOf(run, automatic, ports), ...summary(plan, ports) };
  },
});

function nextOf(run: RunRef, automatic: boolean, { policy }: PlanPorts): 'plan' | 'approve' | 'preauthorise' {
  if (run.mode === 'plan') return 'plan';
  return preauthorisationOf(run, policy, automatic) === undefined ? 'approve' : 'preauthorise';
}

function planOf(
  run: RunRef,
  point: RestorePoint & { restoredBefore: string[] },
  shards: readonly FoundShard[],
  windows: readonly Window[],
  { policy, now }: PlanPorts,
): Plan {
  const sizes = shards.map(({ instance }) => ({
    ...instance.settings,
    allocatedStorage: instance.allocatedStorage,
  }));
  const dataLossSeconds = Math.max(0, Math.floor((now() - Date.parse(point.at)) / 1000));
  return {
    run: run.id,
    cluster: run.cluster,
    mode: run.mode,
    class: run.class,
    restorePoint: point.at,
    why: point.why,
    restoredBefore: point.restoredBefore,
    freeze: policy.cutover.freeze,
    shards: shards.map(({ name, record, recordValue, ttl, instance }, index) => ({
      name,
      record,
      recordValue,
      ttl,
      source: {
        instanceId: instance.id,
        resourceId: instance.resourceId,
        ...instance.endpoint,
        securityGroups: instance.securityGroups.map(({ id }) => id),
        parameterGroup: instance.parameterGroup.name,
      },
      clone: { instanceId: cloneIdOf(run.cluster, name, run.id) },
      window: {
        earliest: wholeSeconds(windows[index]!.earliest),
        latest: wholeSeconds(windows[index]!.latest),
      },
      dataLossSeconds,
    })),
    canary: policy.canary,
    waves: wavesOf(policy),
    previousTtl: Math.max(...shards.map(({ ttl }) => ttl)),
    estimate: { restoreSeconds: restoreSeconds(sizes), cloneHourlyUsd: hourlyUsd(sizes) },
  };
}

/** Keeps plan and lists; where an earlier attempt of this step kept them, its plan is the one that rules. */
async function keepPlan(run: RunRef, plan: Plan, { documents }: PlanPorts): Promise<Plan> {
  const stood = (await documents.keep(controlKeys.plan(run.id), plan)) === 'stood';
  const ruling = stood ? await documents.plan(run.id) : plan;
  for (const [name, list] of Object.entries(itemLists(ruling))) {
    await documents.keep(controlKeys.items(run.id, name), list);
  }
  return ruling;
}

function summary(plan: Plan, { policy }: PlanPorts) {
  return {
    restorePoint: plan.restorePoint,
    why: plan.why,
    freezeFirst: plan.mode === 'execute' && plan.freeze === 'declaration',
    shards: plan.shards.length,
    canary: plan.canary.length,
    others: plan.shards.length - plan.canary.length,
    waves: plan.waves.length,
    wavePauseSeconds: policy.cutover.wavePauseSeconds,
    approvalTimeoutSeconds: classOf(policy, plan.class).approval.timeoutMinutes * 60,
    dataLossSeconds: Math.max(...plan.shards.map((shard) => shard.dataLossSeconds)),
  };
}
