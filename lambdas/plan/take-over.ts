import * as z from 'zod/mini';
import type { DataOf } from '../../lib/domain/audit/record.ts';
import type { AuditTrail } from '../../lib/domain/audit/trail.ts';
import { beforeOpen, type RunRef, runRef } from '../../lib/domain/envelope.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { wholeSeconds } from '../../lib/domain/run/instant.ts';
import { takeOver } from '../../lib/domain/run/lock.ts';
import {
  directionOf,
  isStillHeld,
  type RecoveryCase,
  secondsToWaitOut,
} from '../../lib/domain/run/recovery.ts';
import { defineStep } from '../step.ts';
import { execution } from './declare.ts';
import type { PlanPorts } from './ports.ts';

const nothing = { direction: 'nothing' as const, waitSeconds: 0, run: null };

/**
 * Takes an ended or failed run over by raising the lock's epoch, and decides by what it finds whether to go back,
 * go forward or only close.
 */
export const TakeOver = defineStep({
  name: 'TakeOver',
  records: 'opens',
  input: z.object({
    run: z.nullable(z.string()),
    execution: z.nullable(z.string()),
    epoch: z.nullable(z.int()),
    by: z.enum(['run', 'event', 'stale']),
    error: z.string(),
    cause: z.string(),
    recovery: execution,
  }),
  output: z.object({
    direction: z.enum(['nothing', 'close', 'reverse', 'forward']),
    waitSeconds: z.int(),
    run: z.nullable(runRef),
  }),
  async run({ input }, ports: PlanPorts, { trail, use }) {
    const { cluster } = ports.policy;
    const found = await ports.lock.current(cluster);
    const resumed = found.execution === input.recovery.arn;
    if (!resumed) {
      if (!isStillHeld(found, input)) return nothing;
      await mustHaveEnded(input, found.execution, ports);
    }
    const at = wholeSeconds(ports.now());
    const lock = await ports.lock.update(cluster, (now) =>
      now.execution !== input.recovery.arn && isStillHeld(now, input)
        ? takeOver(now, { run: now.run!, execution: input.recovery.arn, at })
        : undefined,
    );
    if (lock.execution !== input.recovery.arn || lock.run === null) return nothing;

    const acting = { id: lock.run, cluster, epoch: lock.epoch, execution: input.recovery.arn };
    const direction = directionOf(lock, (await ports.documents.findPlan(lock.run)) !== undefined);
    const { run, lane } = await resume(trail, acting, ports);
    await lane.append({
      kind: 'notice',
      step: 'TakeOver',
      op: `TakeOver.${lock.epoch}`,
      data: {
        about: 'TakeOver',
        facts: { by: input.by, epoch: lock.epoch, direction, error: input.error.slice(0, 200) },
      },
    });
    use(lane);
    const waitSeconds = secondsToWaitOut(input.by, input.error, ports.longestFunctionTimeoutSeconds);
    return { direction, waitSeconds, run };
  },
});

/** A run that is waiting for this recovery is taken over as it is; any other must have ended. */
async function mustHaveEnded(
  { by }: RecoveryCase,
  held: string | null,
  { executions }: PlanPorts,
): Promise<void> {
  if (by === 'run' || held === null || !(await executions.isRunning(held))) return;
  throw new RollbackError(
    'LockHeld',
    `Expected the execution ${held} to have ended, got one that is running.`,
  );
}

type Acting = Pick<RunRef, 'id' | 'cluster' | 'epoch' | 'execution'>;

/** Who the run is, from its trail's first record; a run that ended before it had one gets it now. */
async function resume(trail: AuditTrail, acting: Acting, { policyHash }: PlanPorts) {
  const opening = await firstRecord(trail, acting);
  const run: RunRef = {
    ...acting,
    mode: opening?.mode ?? 'execute',
    class: opening?.class ?? 'unknown',
    incident: opening?.incident ?? acting.id,
    commander: opening?.commander ?? 'not named',
  };
  const lane = opening
    ? await trail.resume(run, 'main')
    : await trail.open(run, {
        policy: policyHash,
        reason: 'Opened by the recovery: the run ended before its first record.',
      });
  return { run, lane };
}

async function firstRecord(trail: AuditTrail, run: Acting): Promise<DataOf['open'] | undefined> {
  for await (const { record } of trail.at(run, beforeOpen).ahead()) {
    return record.kind === 'open' ? record.data : undefined;
  }
  return undefined;
}
