import * as z from 'zod/mini';
import { wholeSeconds } from '../../lib/domain/run/instant.ts';
import { open } from '../../lib/domain/run/lock.ts';
import { controlKeys } from '../../lib/domain/run/names.ts';
import { defineStep } from '../step.ts';
import type { PlanPorts } from './ports.ts';

/**
 * Says, in the lock itself, that the clones may take writes from now on. A recovery takes over in the same object:
 * exactly one of the two comes first, and the other sees it.
 */
export const RecordPointOfNoReturn = defineStep({
  name: 'RecordPointOfNoReturn',
  records: 'change',
  input: z.object({}),
  output: z.object({ at: z.string() }),
  evidence: ({ at }) => ({ at }),
  async run({ run }, ports: PlanPorts) {
    const now = wholeSeconds(ports.now());
    const { opened } = await ports.lock.update(run.cluster, (lock) => open(lock, run, now));
    const at = opened ?? now;
    await ports.documents.keep(controlKeys.opened(run.id), { at, epoch: run.epoch });
    return { at };
  },
});
