import { parseCanonical } from './canonical.ts';
import { readRecord } from './object.ts';
import { blobKey, recordKey } from './place.ts';
import { type AuditRecord, maxObjectBytes, recordHash } from './record.ts';
import type { Placed, TrailRun, Writer } from './trail.ts';

type Reader = Pick<Writer, 'store' | 'origin'>;

interface Expected {
  lane: string;
  seq: number;
  prev?: string;
}

/** The object at a place; of one over the format's size only the first byte too many is read. */
export function readBytes({ store }: Reader, run: TrailRun, { lane, seq }: Expected) {
  return store.get(recordKey({ cluster: run.cluster, run: run.id, lane, seq }), maxObjectBytes);
}

/** The record at a place, its blob's content put back, or undefined where there is none of the format. */
export async function readPlaced(reader: Reader, run: TrailRun, at: Expected): Promise<Placed | undefined> {
  const bytes = await readBytes(reader, run, at);
  if (bytes === undefined) return undefined;
  const record = await complete(reader, run, bytes, at);
  return record && { record, hash: recordHash(bytes) };
}

/** Reads the bytes as the record of this place and puts its blob's content back into its data. */
export async function complete(
  { store, origin }: Reader,
  run: TrailRun,
  bytes: Uint8Array,
  expected: Expected,
): Promise<AuditRecord | undefined> {
  const record = readRecord(bytes, { ...expected, run: run.id, log: origin });
  if (record?.blob === undefined) return record;
  const { sha256, size } = record.blob;
  const blob = await store.get(
    blobKey({ cluster: run.cluster, run: run.id, lane: expected.lane, sha256 }),
    size,
  );
  // Whether a blob is there and whole is the verifier's to judge; a writer needs only what it can read.
  if (blob === undefined || recordHash(blob) !== sha256) return record;
  return { ...record, data: { ...record.data, ...parseCanonical(blob) } } as AuditRecord;
}
