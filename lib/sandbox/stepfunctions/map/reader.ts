import type { ItemReader, MapState } from '../definition.ts';
import { StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import type { Visit } from '../visit.ts';

/** Formats of item files that the sandbox reads. */
export const itemFormats = ['JSON', 'JSONL'];

/** Reads a Map's items from an object in S3, at most MaxItems of them. */
export async function readItems(visit: Visit<MapState>, reader: ItemReader): Promise<Json[]> {
  const args = await visit.evaluate(reader.Arguments ?? {}, 'ItemReader/Arguments');
  const most = await visit.evaluateNumber(reader.ReaderConfig?.MaxItems, 'ItemReader/ReaderConfig/MaxItems', {
    least: 0,
  });
  const { host, principal } = visit.thread.execution;
  let body: Uint8Array;
  try {
    body = (await host.sandbox.call('s3', 'GetObject', args, principal)).Body;
  } catch (error) {
    throw readFailure(error instanceof Error ? error.message : String(error));
  }
  const text = Buffer.from(body).toString('utf8');
  const items = parseItems(text, reader.ReaderConfig?.InputType ?? 'JSON', reader.ReaderConfig?.ItemsPointer);
  return most ? items.slice(0, most) : items;
}

function parseItems(text: string, format: string, pointer: string | undefined): Json[] {
  let value: Json;
  try {
    value =
      format === 'JSONL'
        ? text
            .split('\n')
            .filter((line) => line.trim() !== '')
            .map((line) => JSON.parse(line))
        : JSON.parse(text);
  } catch (error) {
    throw readFailure(`The item file is not ${format}: ${(error as Error).message}`);
  }
  if (pointer !== undefined) value = follow(value, pointer) ?? null;
  if (!Array.isArray(value)) throw readFailure('Attempting to map over non-iterable node.');
  return value;
}

/** The value at a JSON pointer (RFC 6901). */
function follow(value: Json, pointer: string): Json | undefined {
  let at: any = value;
  for (const part of pointer.split('/').slice(1)) at = at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  return at;
}

function readFailure(cause: string): StateFailure {
  return new StateFailure('States.ItemReaderFailed', cause);
}
