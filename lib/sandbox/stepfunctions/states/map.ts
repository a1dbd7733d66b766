import { type MapState, processorOf } from '../definition.ts';
import { runDistributed } from '../map/distributed.ts';
import { runInline } from '../map/inline.ts';
import { withRecovery } from '../retry.ts';
import type { Exit, Visit } from '../visit.ts';

export function runMap(visit: Visit<MapState>): Promise<Exit> {
  const distributed = processorOf(visit.state).ProcessorConfig?.Mode === 'DISTRIBUTED';
  return withRecovery(
    visit,
    () => (distributed ? runDistributed(visit) : runInline(visit)),
    'MapStateFailed',
  );
}
