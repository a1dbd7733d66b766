import { RollbackError } from '../../lib/domain/errors.ts';
import type { Instance } from '../../lib/domain/run/instance.ts';
import { tags } from '../../lib/domain/run/names.ts';
import type { Window } from '../../lib/domain/run/restore-point.ts';
import type { PlanPorts } from './ports.ts';

/** A shard as it is: its name's record and the instance to which that leads. */
export interface FoundShard {
  name: string;
  record: string;
  recordValue: string;
  ttl: number;
  instance: Instance & { endpoint: { host: string; port: number } };
}

/**
 * Finds every shard's instance by its DNS record, so that a second rollback works on what the first put there.
 * Throws `RecordUnexpected` naming the record.
 */
export async function lookAtShards({ policy, records, instances }: PlanPorts): Promise<FoundShard[]> {
  const [standing, all] = await Promise.all([records.list(), instances.list()]);
  const byHost = new Map(all.map((instance) => [instance.endpoint?.host.toLowerCase(), instance]));
  const taken = new Map<string, string>();
  return policy.shards.map(({ name, record }) => {
    const cname = standing.get(record);
    if (cname === undefined)
      throw unexpected(record, 'one CNAME with one value and no routing policy', 'none such');
    const instance = byHost.get(cname.value);
    if (!instance?.endpoint)
      throw unexpected(record, 'a CNAME to an RDS instance of this account', cname.value);
    if (instance.tags[tags.cluster] !== policy.cluster) {
      const got = instance.tags[tags.cluster] ?? 'no such tag';
      throw unexpected(record, `${instance.id} to carry the tag ${tags.cluster}=${policy.cluster}`, got);
    }
    const labelled = instance.tags[tags.shard];
    if (labelled !== undefined && labelled !== name)
      throw unexpected(record, `an instance of ${name}`, `${instance.id}, which is tagged as ${labelled}`);
    const other = taken.get(instance.id);
    if (other !== undefined)
      throw unexpected(record, 'an instance of its own', `${instance.id}, to which ${other} leads too`);
    taken.set(instance.id, record);
    return {
      name,
      record,
      recordValue: cname.value,
      ttl: cname.ttl,
      instance: { ...instance, endpoint: instance.endpoint },
    };
  });
}

/** From when to when each shard can be restored. Throws `RestorePointOutsideWindow` where there is no window. */
export async function windowsOf(shards: readonly FoundShard[], { instances }: PlanPorts): Promise<Window[]> {
  const earliest = await instances.earliestRestorable();
  return shards.map(({ name, instance }) => {
    const from = earliest.get(instance.resourceId);
    if (from !== undefined && instance.latestRestorable !== undefined) {
      return { shard: name, earliest: from, latest: instance.latestRestorable };
    }
    throw new RollbackError(
      'RestorePointOutsideWindow',
      `${name}: expected ${instance.id} to have backups that it can be restored from, got none.`,
      { details: { shards: [name] } },
    );
  });
}

function unexpected(record: string, expected: string, got: string): RollbackError {
  return new RollbackError('RecordUnexpected', `${record}: expected ${expected}, got ${got}.`, {
    details: { record },
  });
}
