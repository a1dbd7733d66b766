import type { MapState } from '../definition.ts';
import { byteLength, type Json } from '../json.ts';
import { limits } from '../limits.ts';
import type { Visit } from '../visit.ts';

/** What the children of a Distributed Map get, and how many items each of them works on. */
export interface ChildInputs {
  inputs: Json[];
  itemCounts: number[];
}

/** Puts items into batches as ItemBatcher says; without one, each item is a child's input. */
export async function inputsOf(visit: Visit<MapState>, items: Json[]): Promise<ChildInputs> {
  const batcher = visit.state.ItemBatcher;
  if (!batcher) return { inputs: items, itemCounts: items.map(() => 1) };

  const most = await visit.evaluateNumber(batcher.MaxItemsPerBatch, 'ItemBatcher/MaxItemsPerBatch', {
    least: 1,
  });
  const bytes = await visit.evaluateNumber(
    batcher.MaxInputBytesPerBatch,
    'ItemBatcher/MaxInputBytesPerBatch',
    {
      least: 1,
      most: limits.dataBytes,
    },
  );
  const shared: Record<string, Json> =
    batcher.BatchInput === undefined
      ? {}
      : { BatchInput: await visit.evaluate(batcher.BatchInput, 'ItemBatcher/BatchInput') };
  const room = (bytes ?? limits.dataBytes) - byteLength(JSON.stringify({ ...shared, Items: [] }));
  const batches = split(items, most ?? Number.POSITIVE_INFINITY, room);
  return {
    inputs: batches.map((Items) => ({ ...shared, Items })),
    itemCounts: batches.map((batch) => batch.length),
  };
}

/** A batch takes items while there are not too many and their text fits; one item always goes in. */
function split(items: Json[], most: number, room: number): Json[][] {
  const batches: Json[][] = [];
  let taken = 0;
  for (const item of items) {
    const size = byteLength(JSON.stringify(item)) + 1;
    const batch = batches.at(-1);
    if (batch && batch.length < most && taken + size <= room) {
      batch.push(item);
      taken += size;
    } else {
      batches.push([item]);
      taken = size;
    }
  }
  return batches;
}
