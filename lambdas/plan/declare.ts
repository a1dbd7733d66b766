import { MetricUnit } from '@aws-lambda-powertools/metrics';
import * as z from 'zod/mini';
import { runRef } from '../../lib/domain/envelope.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { isAutomatic, runOf } from '../../lib/domain/run/declaration.ts';
import { wholeSeconds } from '../../lib/domain/run/instant.ts';
import { acquire, type LockState } from '../../lib/domain/run/lock.ts';
import { recoveryName } from '../../lib/domain/run/names.ts';
import { parseRollbackRequest } from '../../lib/domain/run/request.ts';
import { defineStep } from '../step.ts';
import type { PlanPorts } from './ports.ts';

export const execution = z.object({ arn: z.string(), name: z.string(), startTime: z.string() });

/** Reads the request, takes the cluster's lock, opens the trail. A lock left by an ended run is recovered first. */
export const Declare = defineStep({
  name: 'Declare',
  records: 'opens',
  input: z.object({ request: z.unknown(), execution, afterRecovery: z.boolean() }),
  output: z.union([
    z.object({ stale: z.literal(false), run: runRef }),
    z.object({
      stale: z.literal(true),
      staleRun: z.string(),
      staleExecution: z.string(),
      recoveryName: z.string(),
    }),
  ]),
  async run({ input }, ports: PlanPorts, { trail, use, metrics }) {
    const { policy, lock, documents, executions } = ports;
    const request = parseRollbackRequest(input.request);
    const automatic = isAutomatic(await documents.incident(policy.cluster), input.execution.arn);
    const identity = runOf(request, input.execution, { policy, automatic });
    const holder = { run: identity.id, execution: input.execution.arn, at: wholeSeconds(ports.now()) };

    const state = await lock.update(policy.cluster, (found) => {
      const taking = acquire(found, holder);
      return taking.kind === 'take' ? taking.next : undefined;
    });
    if (state.run !== identity.id) {
      const stale = await leftBehind(state, input.afterRecovery, executions);
      return {
        stale: true as const,
        ...stale,
        recoveryName: recoveryName.stale(stale.staleRun, input.execution.arn),
      };
    }

    const run = { ...identity, epoch: state.epoch };
    use(await trail.open(run, { policy: ports.policyHash, reason: request.reason }));
    await documents.updateIncident(policy.cluster, (incident) =>
      incident?.id === run.incident && incident.run !== run.id ? { ...incident, run: run.id } : undefined,
    );
    metrics.addMetric('RunStarted', MetricUnit.Count, 1);
    return { stale: false as const, run };
  },
});

/** The run that left the lock behind. Throws `LockHeld` where it is under way, or was to be recovered already. */
async function leftBehind(lock: LockState, afterRecovery: boolean, executions: PlanPorts['executions']) {
  const held = { staleRun: lock.run ?? '', staleExecution: lock.execution ?? '' };
  if (!afterRecovery && !(await executions.isRunning(held.staleExecution))) return held;
  throw new RollbackError(
    'LockHeld',
    `Expected a free lock, got run ${held.staleRun} since ${lock.acquiredAt}; its execution is ${held.staleExecution}.`,
    { details: { run: held.staleRun, execution: held.staleExecution } },
  );
}
