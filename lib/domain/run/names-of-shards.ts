import { RollbackError } from '../errors.ts';
import type { PlannedShard } from './plan.ts';

/** A CNAME as it stands in the zone. */
export interface StandingName {
  name: string;
  value: string;
  ttl: number;
}

export interface NameMove {
  from: StandingName;
  to: StandingName;
}

/** What a shard's name may lead to during a run: its source, and its clone once there is one. */
export interface Leads {
  shard: PlannedShard;
  clone?: string;
}

/**
 * The changes that bring every name where `wanted` says; none for names that stand there already. A name that
 * leads to neither source nor clone was changed by somebody else: throws `RecordChanged` before any is touched.
 */
export function movesOf(
  shards: readonly Leads[],
  standing: ReadonlyMap<string, StandingName | undefined>,
  wanted: (leads: Leads, now: StandingName) => { value: string; ttl: number },
): NameMove[] {
  return shards.flatMap((leads) => {
    const from = standingName(leads, standing);
    const to = { name: from.name, ...wanted(leads, from) };
    return from.value === to.value && from.ttl === to.ttl ? [] : [{ from, to }];
  });
}

function standingName(
  { shard, clone }: Leads,
  standing: ReadonlyMap<string, StandingName | undefined>,
): StandingName {
  const found = standing.get(shard.record);
  if (found && (found.value === shard.recordValue || found.value === clone)) return found;
  const expected = clone === undefined ? shard.recordValue : `${shard.recordValue} or ${clone}`;
  throw new RollbackError(
    'RecordChanged',
    `${shard.record}: expected a CNAME to ${expected}, got ${found?.value ?? 'none of its own'}.`,
    { details: { record: shard.record } },
  );
}
