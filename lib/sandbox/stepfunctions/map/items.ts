import type { MapState } from '../definition.ts';
import type { Json } from '../json.ts';
import type { Visit } from '../visit.ts';

/** The array that a Map goes over: `Items`, or else the state's input. */
export async function itemsOf(visit: Visit<MapState>): Promise<Json[]> {
  const { Items } = visit.state;
  if (Items === undefined) {
    if (Array.isArray(visit.input)) return visit.input;
    throw visit.fail(`Map state input must be an array but was: ${JSON.stringify(visit.input)}`);
  }
  const items = await visit.evaluate(Items, 'Items');
  if (!Array.isArray(items)) throw visit.wrongType(Items, 'Items', 'array', items);
  return items;
}

/** `$states.context.Map` for one item. */
export function mapContext(index: number, value: Json): Json {
  return { Item: { Index: index, Value: value } };
}

/** What an iteration gets for an item: the item itself, or what ItemSelector makes of it. */
export async function selectItem(visit: Visit<MapState>, index: number, value: Json): Promise<Json> {
  const { ItemSelector } = visit.state;
  if (ItemSelector === undefined) return value;
  return visit.evaluate(ItemSelector, 'ItemSelector', {
    context: { ...visit.context, Map: mapContext(index, value) },
  });
}
