import * as z from 'zod/mini';
import { RollbackError } from '../../lib/domain/errors.ts';
import { defineStep } from '../step.ts';
import type { RestorePorts } from './ports.ts';

/** Looks whether every clone of the run can itself be restored: only then is a second rollback possible. */
export const DescribeRestorable = defineStep({
  name: 'DescribeRestorable',
  records: 'none',
  input: z.object({ waitedSeconds: z.number() }),
  output: z.object({ restorable: z.boolean(), waiting: z.int() }),
  async run({ run, input }, ports: RestorePorts) {
    const { shards } = await ports.documents.plan(run.id);
    const clones = new Set(shards.map(({ clone }) => clone.instanceId));
    const ready = (await ports.instances.list()).filter(
      ({ id, latestRestorable }) => clones.has(id) && latestRestorable !== undefined,
    );
    const waiting = clones.size - ready.length;
    const most = ports.policy.clones.maxHours * 3600;
    if (waiting > 0 && input.waitedSeconds > most) {
      throw new RollbackError(
        'CloneTimedOut',
        `Expected every clone to have its first backup within ${most} s, got ${waiting} without.`,
      );
    }
    return { restorable: waiting === 0, waiting };
  },
});
