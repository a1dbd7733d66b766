import * as z from 'zod/mini';
import type { RunRef } from '../../lib/domain/envelope.ts';
import { forAll } from '../../lib/domain/for-all.ts';
import { tags } from '../../lib/domain/run/names.ts';
import { defineStep } from '../step.ts';
import { endRun } from './ending.ts';
import type { PlanPorts } from './ports.ts';

/** Instances that are tagged at the same time. */
const taggedAtOnce = 20;

const finding = z.object({ error: z.string(), cause: z.string() });

const next = {
  planned: 'Nothing has been changed. Start the same input with mode execute to go ahead.',
  drilled: 'The clones of the drill are removed; its timings are in the trail.',
  completed: 'The clones serve. The old databases are kept, closed to applications, and tagged retired.',
  'completed-with-findings': 'The clones serve, but a guard found something: look at the findings.',
  'opened-by-recovery':
    'The clones serve, opened by the recovery: look at the findings; passwords were not rotated.',
} as const;

/** Ends a run that came to its goal: who is live and who retired, report, incident, notice, lock. */
export const Close = defineStep({
  name: 'Close',
  records: 'change',
  input: z.object({
    outcome: z.enum(['planned', 'drilled', 'completed', 'completed-with-findings', 'opened-by-recovery']),
    findings: z.array(finding),
  }),
  output: z.object({ outcome: z.string(), live: z.int() }),
  evidence: ({ outcome, live }) => ({ outcome, live }),
  async run({ run, input }, ports: PlanPorts, tools) {
    const moved = input.outcome !== 'planned' && input.outcome !== 'drilled';
    const live = moved ? await sayWhoIsLive(run, ports) : 0;
    await endRun(run, { ...input, next: next[input.outcome] }, ports, tools);
    return { outcome: input.outcome, live };
  },
});

/** Ends a run that was undone, or that had changed nothing yet. */
export const CloseReversed = defineStep({
  name: 'CloseReversed',
  records: 'change',
  reverses: true,
  input: z.object({ error: z.string(), cause: z.string() }),
  output: z.object({}),
  async run({ run, input }, ports: PlanPorts, tools) {
    const ending = {
      outcome: 'reversed',
      findings: [input],
      next: 'The old databases serve as before. Look at the first error before starting again.',
    };
    await endRun(run, ending, ports, tools);
    return {};
  },
});

/** The clones are live, and no longer to be deleted; only then are the old databases retired. */
async function sayWhoIsLive({ id }: RunRef, { documents, instances }: PlanPorts): Promise<number> {
  const { shards } = await documents.plan(id);
  const arnOf = new Map((await instances.list()).map((instance) => [instance.id, instance.arn]));
  const tagAll = (names: string[], role: 'live' | 'retired') =>
    forAll(
      names.filter((name) => arnOf.has(name)),
      taggedAtOnce,
      (name) => instances.tag(arnOf.get(name)!, { [tags.role]: role }),
    );
  const live = await tagAll(
    shards.map(({ clone }) => clone.instanceId),
    'live',
  );
  await tagAll(
    shards.map(({ source }) => source.instanceId),
    'retired',
  );
  return live.length;
}
