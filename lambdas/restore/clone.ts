import { RollbackError } from '../../lib/domain/errors.ts';
import type { Instance } from '../../lib/domain/run/instance.ts';
import { tags } from '../../lib/domain/run/names.ts';
import type { PlannedShard } from '../../lib/domain/run/plan.ts';
import type { RestorePorts } from './ports.ts';

export interface RunOfClone {
  id: string;
  cluster: string;
}

/** Whether an instance is a candidate of this run: made by it, and not yet live. */
export function isCandidateOf(instance: Instance, run: RunOfClone): boolean {
  return instance.tags[tags.role] === 'candidate' && isCloneOf(instance, run);
}

function isCloneOf(instance: Instance, run: RunOfClone): boolean {
  return instance.tags[tags.run] === run.id && instance.tags[tags.cluster] === run.cluster;
}

/** Throws `CloneForeign` where an instance that has the clone's name isn't this run's. */
export function mustBeOurs(instance: Instance, run: RunOfClone): Instance {
  if (isCloneOf(instance, run)) return instance;
  throw new RollbackError(
    'CloneForeign',
    `Expected ${instance.id} to carry ${tags.run}=${run.id}, got ${instance.tags[tags.run] ?? 'no such tag'}.`,
  );
}

/** The shard's clone. Throws `NotYetVisible` where RDS does not know it, `CloneForeign` where it's not ours. */
export async function findClone(
  { instances }: Pick<RestorePorts, 'instances'>,
  run: RunOfClone,
  shard: PlannedShard,
): Promise<Instance> {
  const clone = await instances.find(shard.clone.instanceId);
  if (clone) return mustBeOurs(clone, run);
  throw new RollbackError('NotYetVisible', `RDS does not describe ${shard.clone.instanceId} yet.`);
}

/** The shard's source, the same incarnation as in the plan. Throws `RecordChanged` where it was replaced. */
export async function findSource(
  { instances }: Pick<RestorePorts, 'instances'>,
  shard: PlannedShard,
): Promise<Instance> {
  const { instanceId, resourceId } = shard.source;
  const source = await instances.find(instanceId);
  if (source?.resourceId === resourceId) return source;
  throw new RollbackError(
    'RecordChanged',
    `Expected ${instanceId} to be ${resourceId}, as planned, got ${source?.resourceId ?? 'no such instance'}.`,
  );
}
