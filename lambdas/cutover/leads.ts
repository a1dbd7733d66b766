import { forAll } from '../../lib/domain/for-all.ts';
import type { Leads } from '../../lib/domain/run/names-of-shards.ts';
import type { CutoverPorts } from './ports.ts';

/** Documents that are read at the same time. */
const readAtOnce = 20;

/** What every planned name may lead to now. */
export async function leadsOf({ documents }: CutoverPorts, run: string): Promise<Leads[]> {
  const { shards } = await documents.plan(run);
  return forAll(shards, readAtOnce, async (shard) => ({
    shard,
    clone: (await documents.clone(run, shard.name))?.host,
  }));
}
