import * as z from 'zod/mini';
import { runRef } from '../../lib/domain/envelope.ts';
import { type ErrorName, errorCatalogue } from '../../lib/domain/errors.ts';
import { defineStep } from '../step.ts';
import { execution } from './declare.ts';
import { closeIncident, endRun } from './ending.ts';
import type { PlanPorts } from './ports.ts';

/**
 * Records that a request was refused before it changed anything: in the run's own trail where it was declared,
 * else as a record by itself. The incident is closed, so that the alarm's next transition can start a run.
 */
export const RecordRefusal = defineStep({
  name: 'RecordRefusal',
  records: 'opens',
  input: z.object({ error: z.string(), cause: z.string(), request: z.unknown(), execution }),
  output: z.object({}),
  async run({ run: given, input }, ports: PlanPorts, tools) {
    const { cluster } = ports.policy;
    const error = inCatalogue(input.error);
    const facts = { caught: input.error.slice(0, 200), execution: input.execution.arn };
    const declared = z.safeParse(runRef, given);
    if (!declared.success) {
      await tools.trail.refuse({ cluster, event: input.execution.name, step: 'Declare', error, facts });
      await closeIncident(cluster, input.execution.name, null, ports);
      await ports.notices.tell(`${cluster}: rollback refused`, { ...input, next: nextAfter(input.error) });
      return {};
    }
    const run = declared.data;
    const lane = await tools.trail.resume(run, 'main');
    await lane.append({
      kind: 'refusal',
      step: 'RecordRefusal',
      op: `RecordRefusal.${run.cluster}`,
      data: { error, event: input.execution.name, facts },
    });
    tools.use(lane);
    const findings = [{ error: input.error, cause: input.cause }];
    await endRun(run, { outcome: 'refused', findings, next: nextAfter(input.error) }, ports, tools);
    return {};
  },
});

/** The trail knows the catalogue's names only; what the machine caught besides goes among the facts. */
function inCatalogue(error: string): ErrorName {
  return Object.hasOwn(errorCatalogue, error) ? (error as ErrorName) : 'ServiceUnavailable';
}

function nextAfter(error: string): string {
  const known = Object.hasOwn(errorCatalogue, error);
  return known
    ? `${errorCatalogue[error as ErrorName].meaning} Nothing has been changed. Correct it and start again.`
    : 'Nothing has been changed. Look at the execution, then start again.';
}
