import * as z from 'zod/mini';
import { RollbackError } from '../../lib/domain/errors.ts';
import type { Instance } from '../../lib/domain/run/instance.ts';
import { defineStep } from '../step.ts';
import { isCandidateOf } from './clone.ts';
import type { RestorePorts } from './ports.ts';

/**
 * Deletes the run's own candidates, and nothing else: never after the point of no return, and not where the
 * policy keeps the clones of a failed run. `remaining` counts those that RDS cannot delete at this moment.
 */
export const RemoveClones = defineStep({
  name: 'RemoveClones',
  records: 'change',
  reverses: true,
  target: ({ run, input }) =>
    input.waitedSeconds === 0 ? run.cluster : `${run.cluster}.${input.waitedSeconds}`,
  input: z.object({ waitedSeconds: z.int(), reversing: z.boolean() }),
  output: z.object({ removed: z.array(z.string()), remaining: z.int(), kept: z.int() }),
  evidence: ({ removed, remaining, kept }) => ({
    removed: removed.slice(0, 20),
    count: removed.length,
    remaining,
    kept,
  }),
  async run({ run, input }, ports: RestorePorts) {
    if (await ports.documents.isOpened(run.id)) {
      throw new RollbackError(
        'InvalidInput',
        `The clones of ${run.id} have been opened for writes: none is deleted.`,
      );
    }
    const candidates = (await ports.instances.list()).filter((instance) => isCandidateOf(instance, run));
    if (input.reversing && ports.policy.clones.onFailure === 'keep') {
      return { removed: [], remaining: 0, kept: candidates.length };
    }
    const removed: string[] = [];
    let remaining = 0;
    for (const clone of candidates.filter(({ status }) => status !== 'deleting')) {
      if (await remove(clone, ports)) removed.push(clone.id);
      else remaining++;
    }
    return { removed, remaining, kept: 0 };
  },
});

async function remove(clone: Instance, { instances }: RestorePorts): Promise<boolean> {
  try {
    if (clone.settings.deletionProtection) await instances.modify(clone.id, { deletionProtection: false });
    await instances.remove(clone.id);
    return true;
  } catch (error) {
    if (error instanceof RollbackError && error.name === 'ChangeInProgress') return false;
    throw error;
  }
}
