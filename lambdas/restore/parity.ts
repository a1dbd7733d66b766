import * as z from 'zod/mini';
import { RollbackError } from '../../lib/domain/errors.ts';
import { isTerminal } from '../../lib/domain/run/instance.ts';
import { changeable, type Difference, differences } from '../../lib/domain/run/parity.ts';
import { defineStep } from '../step.ts';
import { findClone, findSource } from './clone.ts';
import type { RestorePorts } from './ports.ts';

const longestParitySeconds = 3600;

/** Gives a clone its source's settings, parameter group included, and restarts it where a setting waits for that. */
export const ApplyParity = defineStep({
  name: 'ApplyParity',
  records: 'change',
  // Settings of a candidate go with it.
  undo: ({ shard }) => ({ step: 'RemoveClones', target: shard }),
  target: ({ shard, input }) => (input.round === 0 ? shard : `${shard}.${input.round}`),
  input: z.object({ round: z.int() }),
  output: z.object({ changed: z.array(z.string()), rebooted: z.boolean() }),
  evidence: ({ changed, rebooted }) => ({ changed, rebooted }),
  async run({ run, shard }, ports: RestorePorts) {
    const planned = await ports.documents.plannedShard(run.id, shard);
    const [source, clone] = await Promise.all([findSource(ports, planned), findClone(ports, run, planned)]);
    if (clone.status !== 'available') return { changed: [], rebooted: false };
    const due = changeable(differences(source, clone));
    if (due.length > 0) {
      await ports.instances.modify(
        clone.id,
        Object.fromEntries(due.map(({ setting, expected }) => [setting, expected])),
      );
      return { changed: due.map(({ setting }) => setting), rebooted: false };
    }
    const rebooted = clone.parameterGroup.status === 'pending-reboot';
    if (rebooted) await ports.instances.reboot(clone.id);
    return { changed: [], rebooted };
  },
});

/** Reads a live clone and its source, and says whether they are alike, or what to do until they are. */
export const ReadParity = defineStep({
  name: 'ReadParity',
  records: 'finding',
  target: ({ shard, input }) => `${shard}.${input.waitedSeconds}`,
  input: z.object({ waitedSeconds: z.int() }),
  output: z.object({ next: z.enum(['wait', 'apply', 'done']), differing: z.array(z.string()) }),
  evidence: ({ next, differing }) => ({ next, differing }),
  evidenceOfFailure: ({ details }) => ({ differing: details.differing }),
  async run({ run, shard, input }, ports: RestorePorts) {
    const planned = await ports.documents.plannedShard(run.id, shard);
    const [source, clone] = await Promise.all([findSource(ports, planned), findClone(ports, run, planned)]);
    if (isTerminal(clone.status)) {
      throw new RollbackError('CloneFailed', `The clone ${clone.id} is ${clone.status}.`);
    }
    const found = differences(source, clone);
    const differing = found.map(({ setting }) => setting);
    const lasting = found.filter((one) => !changeable([one]).length);
    const overdue = input.waitedSeconds > longestParitySeconds;
    if (lasting.length > 0 || (overdue && found.length > 0)) throw differs(clone.id, found);
    const busy = clone.status !== 'available' || clone.pending || clone.parameterGroup.status === 'applying';
    if (busy) {
      if (overdue) throw differs(clone.id, found, clone.status);
      return { next: 'wait' as const, differing };
    }
    const due = found.length > 0 || clone.parameterGroup.status === 'pending-reboot';
    return { next: due ? ('apply' as const) : ('done' as const), differing };
  },
});

function differs(id: string, found: Difference[], status?: string): RollbackError {
  const list = found
    .map(({ setting, expected, got }) => `${setting}: expected ${expected}, got ${got}`)
    .join('; ');
  return new RollbackError(
    'ParityDiffers',
    `${id} is not as its source is. ${list || `It is still ${status}`}.`,
    {
      details: { differing: found.map(({ setting }) => setting) },
    },
  );
}
