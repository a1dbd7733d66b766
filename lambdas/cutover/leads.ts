import type { Leads } from '../../lib/domain/run/names-of-shards.ts';
import { inBatches } from '../in-batches.ts';
import type { CutoverPorts } from './ports.ts';

/** What every planned name may lead to now. */
export async function leadsOf({ documents }: CutoverPorts, run: string): Promise<Leads[]> {
  const { shards } = await documents.plan(run);
  return inBatches(shards, async (shard) => ({
    shard,
    clone: (await documents.clone(run, shard.name))?.host,
  }));
}
