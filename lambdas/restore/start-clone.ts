import * as z from 'zod/mini';
import { RollbackError } from '../../lib/domain/errors.ts';
import { isTerminal } from '../../lib/domain/run/instance.ts';
import { tags } from '../../lib/domain/run/names.ts';
import { defineStep } from '../step.ts';
import { findSource, mustBeOurs } from './clone.ts';
import type { RestorePorts } from './ports.ts';

/** Restores a shard's source to the restore point as a new instance, in quarantine from its birth. */
export const StartClone = defineStep({
  name: 'StartClone',
  records: 'change',
  undo: ({ shard }) => ({ step: 'RemoveClones', target: shard }),
  input: z.object({}),
  output: z.object({ instanceId: z.string(), adopted: z.boolean() }),
  evidence: ({ instanceId, adopted }) => ({ clone: instanceId, adopted }),
  async run({ run, shard }, ports: RestorePorts) {
    const planned = await ports.documents.plannedShard(run.id, shard);
    const { instanceId } = planned.clone;
    const source = await findSource(ports, planned);
    const order = {
      source,
      id: instanceId,
      restorePoint: (await ports.documents.plan(run.id)).restorePoint,
      securityGroup: ports.quarantine.securityGroup,
      parameterGroup: ports.quarantine.parameterGroup,
      tags: {
        [tags.role]: 'candidate',
        [tags.run]: run.id,
        [tags.cluster]: run.cluster,
        [tags.shard]: planned.name,
      },
    };
    const existing = await ports.instances.find(instanceId);
    if (existing === undefined && (await ports.instances.restore(order)) === 'started') {
      return { instanceId, adopted: false };
    }
    const clone = existing ?? (await ports.instances.find(instanceId));
    if (clone === undefined)
      throw new RollbackError('NotYetVisible', `RDS does not describe ${instanceId} yet.`);
    if (isTerminal(mustBeOurs(clone, run).status)) {
      throw new RollbackError('CloneFailed', `The clone ${instanceId} is ${clone.status}.`);
    }
    return { instanceId, adopted: true };
  },
});
