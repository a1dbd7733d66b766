import * as z from 'zod/mini';
import { RollbackError } from '../../lib/domain/errors.ts';
import { guardedBy, type Instance, sameGroups } from '../../lib/domain/run/instance.ts';
import { defineStep } from '../step.ts';
import { findClone, findSource } from './clone.ts';
import type { RestorePorts } from './ports.ts';

const output = z.object({ instanceId: z.string(), groups: z.array(z.string()) });
const evidence = ({ instanceId, groups }: z.infer<typeof output>) => ({ instance: instanceId, groups });

/** Lets no new connection reach a shard's old database, but those of the functions and the operators. */
export const CloseNetwork = defineStep({
  name: 'CloseNetwork',
  records: 'change',
  undo: ({ shard }) => ({ step: 'ReopenNetwork', target: shard }),
  input: z.object({}),
  output,
  evidence,
  async run({ run, shard }, ports: RestorePorts) {
    const planned = await ports.documents.plannedShard(run.id, shard);
    return guardWith(ports, [ports.fencedGroup], () => findSource(ports, planned));
  },
});

/** Gives a shard's old database back the security groups that the plan recorded. */
export const ReopenNetwork = defineStep({
  name: 'ReopenNetwork',
  records: 'change',
  reverses: true,
  input: z.object({}),
  output,
  evidence,
  async run({ run, shard }, ports: RestorePorts) {
    const planned = await ports.documents.plannedShard(run.id, shard);
    return guardWith(ports, planned.source.securityGroups, () => findSource(ports, planned));
  },
});

/** Gives a shard's clone the security groups of its source: applications can reach it from then on. */
export const OpenNetwork = defineStep({
  name: 'OpenNetwork',
  records: 'change',
  input: z.object({}),
  output,
  evidence,
  async run({ run, shard }, ports: RestorePorts) {
    const planned = await ports.documents.plannedShard(run.id, shard);
    return guardWith(ports, planned.source.securityGroups, () => findClone(ports, run, planned));
  },
});

/** Sets the groups where they are others, and is done only once they are read back as active. */
async function guardWith({ instances }: RestorePorts, groups: string[], find: () => Promise<Instance>) {
  const before = await find();
  if (!sameGroups(guardedBy(before).groups, groups)) {
    await instances.modify(before.id, { securityGroups: groups });
  }
  const after = await find();
  const guard = guardedBy(after);
  if (sameGroups(guard.groups, groups) && guard.settled)
    return { instanceId: after.id, groups: guard.groups };
  throw new RollbackError(
    'ChangeInProgress',
    `Expected ${after.id} to be guarded by ${groups.join(', ')}, got ${guard.groups.join(', ')}${guard.settled ? '' : ', not all active'}.`,
  );
}
