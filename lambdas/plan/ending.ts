import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { RunRef } from '../../lib/domain/envelope.ts';
import { close } from '../../lib/domain/run/incident.ts';
import { wholeSeconds } from '../../lib/domain/run/instant.ts';
import { release } from '../../lib/domain/run/lock.ts';
import { controlKeys } from '../../lib/domain/run/names.ts';
import type { StepTools } from '../step.ts';
import type { PlanPorts } from './ports.ts';

/** After these the clones serve. */
const outcomesThatWentLive = ['completed', 'completed-with-findings', 'opened-by-recovery'];

export interface Ending {
  outcome: string;
  /** The errors that people should know, the first failure first. */
  findings: { error: string; cause: string }[];
  /** What people should do next. */
  next: string;
}

/**
 * Ends a run: report, incident closed, people told, lock released, in this order, each once. The lock comes last:
 * whatever fails before it leaves a run that can be recovered.
 */
export async function endRun(run: RunRef, ending: Ending, ports: PlanPorts, tools: StepTools): Promise<void> {
  const plan = await ports.documents.findPlan(run.id);
  const endedAt = wholeSeconds(ports.now());
  const report = {
    run: run.id,
    cluster: run.cluster,
    mode: run.mode,
    class: run.class,
    incident: run.incident,
    commander: run.commander,
    execution: run.execution,
    outcome: ending.outcome,
    endedAt,
    restorePoint: plan?.restorePoint ?? null,
    why: plan?.why ?? null,
    shards: plan?.shards.length ?? 0,
    dataLossSeconds: plan ? Math.max(...plan.shards.map((shard) => shard.dataLossSeconds)) : null,
    findings: ending.findings,
  };
  const written = await ports.documents.keep(controlKeys.report(run.id), report);
  await closeIncident(run.cluster, run.incident, run.id, ports);
  if (written === 'written') {
    await ports.notices.tell(`${run.cluster}: rollback ${ending.outcome}`, { ...report, next: ending.next });
  }
  const wentLive = outcomesThatWentLive.includes(ending.outcome);
  await ports.lock.update(run.cluster, (lock) =>
    release(lock, run, wentLive ? plan?.restorePoint : undefined),
  );
  tools.metrics.addMetric('RunEnded', MetricUnit.Count, 1);
}

/** Closes the incident where it is the one named; another's stays as it is. */
export async function closeIncident(
  cluster: string,
  id: string,
  run: string | null,
  { documents, now }: Pick<PlanPorts, 'documents' | 'now'>,
): Promise<void> {
  await documents.updateIncident(cluster, (incident) =>
    incident?.id === id && incident.state === 'open' ? close(incident, run, now()) : undefined,
  );
}
