import * as z from 'zod/mini';
import { RollbackError } from '../../lib/domain/errors.ts';
import { isTerminal } from '../../lib/domain/run/instance.ts';
import { defineStep } from '../step.ts';
import { findClone } from './clone.ts';
import type { RestorePorts } from './ports.ts';

/** Looks whether a clone is available, and keeps where it is once it is. */
export const DescribeClone = defineStep({
  name: 'DescribeClone',
  records: 'none',
  input: z.object({ waitedSeconds: z.number() }),
  output: z.object({ available: z.boolean(), status: z.string() }),
  async run({ run, shard, input }, ports: RestorePorts) {
    const planned = await ports.documents.plannedShard(run.id, shard);
    const clone = await findClone(ports, run, planned);
    if (isTerminal(clone.status)) {
      throw new RollbackError('CloneFailed', `The clone ${clone.id} is ${clone.status}.`, {
        details: { status: clone.status },
      });
    }
    if (clone.status === 'available' && clone.endpoint) {
      await ports.documents.keepClone(run.id, planned.name, {
        instanceId: clone.id,
        resourceId: clone.resourceId,
        ...clone.endpoint,
        availableAt: new Date(ports.now()).toISOString(),
      });
      return { available: true, status: clone.status };
    }
    const most = ports.policy.clones.maxHours * 3600;
    if (input.waitedSeconds > most) {
      throw new RollbackError(
        'CloneTimedOut',
        `Expected ${clone.id} to be available within ${most} s, got ${clone.status} after ${input.waitedSeconds} s.`,
      );
    }
    return { available: false, status: clone.status };
  },
});
