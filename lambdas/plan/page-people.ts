import * as z from 'zod/mini';
import { defineStep } from '../step.ts';
import type { PlanPorts } from './ports.ts';

/** Tells people that they are needed, and puts on record that they were told. */
export const PagePeople = defineStep({
  name: 'PagePeople',
  records: 'self',
  input: z.object({ error: z.string(), cause: z.string(), where: z.string() }),
  output: z.object({ message: z.string() }),
  async run({ run, input }, { notices }: PlanPorts, { lane }) {
    const message = await notices.tell(`${run.cluster}: rollback needs you: ${input.error}`, {
      ...input,
      run: run.id,
      execution: run.execution,
      next: 'Look at the execution. Going back after the point of no return is a decision by quorum.',
    });
    await lane.append({
      kind: 'notice',
      step: 'PagePeople',
      op: `PagePeople.${input.where}`,
      data: { about: `PagePeople.${input.where}`, facts: { error: input.error.slice(0, 200), message } },
    });
    return { message };
  },
});
