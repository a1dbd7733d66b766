import { type LaneCursor, noHash } from '../envelope.ts';
import { RollbackError } from '../errors.ts';
import { canonicalize, type Json } from './canonical.ts';
import { encodeRecord, readRecord } from './object.ts';
import { blobKey, recordKey } from './place.ts';
import { complete, readBytes, readPlaced } from './read-placed.ts';
import { type AuditRecord, maxObjectBytes, maxSignedBytes, type RecordDraft, recordHash } from './record.ts';
import type { Appended, LaneRecorder, Placed, TrailRun, Writer } from './trail.ts';

const maxSkewMs = 2_000;
/** A measured difference between the clocks is good for this long. */
const skewValidMs = 300_000;
const maxSends = 4;

/**
 * Writes one lane. The cursor may be stale: what stands behind it is read, adopted where it is this very
 * record, and otherwise passed. Every place is written once, so two writers never overwrite each other.
 */
export function laneRecorder(writer: Writer, run: TrailRun, start: LaneCursor): LaneRecorder {
  let cursor = start;
  const keyAt = (seq: number) => recordKey({ cluster: run.cluster, run: run.id, lane: start.name, seq });

  async function append(draft: RecordDraft): Promise<Appended> {
    let squatted = false;
    for (;;) {
      const place = { run: run.id, lane: cursor.name, seq: cursor.seq + 1, prev: cursor.hash };
      const { bytes, record } = await encode(place, draft, squatted);
      const written = await write(keyAt(place.seq), bytes);
      if (written === 'created') {
        cursor = { name: cursor.name, seq: place.seq, hash: recordHash(bytes), time: record.time };
        return { record, hash: cursor.hash, adopted: false };
      }
      const found = readRecord(written, { ...place, log: writer.origin });
      const hash = recordHash(written);
      cursor = { name: cursor.name, seq: place.seq, hash, time: found?.time ?? cursor.time };
      squatted = found === undefined;
      if (found === undefined) continue;
      if (found.kind === draft.kind && found.op === draft.op) {
        return { record: found, hash, adopted: true };
      }
      if (found.final) throw refusedBehindFinal(draft, found);
    }
  }

  async function encode(place: Place, draft: RecordDraft, squatted: boolean) {
    const now = writer.now();
    await checkSkew(writer, now);
    const time = Math.max(now, cursor.time ?? (await timeOfCursor()));
    const bare = { ...place, v: 1, log: writer.origin, time, actor: writer.actor, ...draft };
    const record = { ...bare, ...(squatted && { void: true }) } as unknown as AuditRecord;
    const fitting = size(record) <= maxSignedBytes ? record : await withBlob(record);
    return { record: fitting, bytes: await encodeRecord(fitting, writer.signer) };
  }

  /** A cursor that travelled without a time: the record itself knows. */
  async function timeOfCursor(): Promise<number> {
    if (cursor.seq < 0) return 0;
    const found = await readPlaced(writer, run, { lane: cursor.name, seq: cursor.seq });
    return found?.record.time ?? 0;
  }

  /** Moves what a record carries of lists and facts into an object beside it. */
  async function withBlob(record: AuditRecord): Promise<AuditRecord> {
    const { facts, heads, lanes, ...rest } = record.data as Record<string, Json>;
    const moved = Object.entries({ facts, heads, lanes }).filter(([, value]) => value !== undefined);
    const bytes = Buffer.from(canonicalize(Object.fromEntries(moved) as Json));
    const sha256 = recordHash(bytes);
    const key = blobKey({ cluster: run.cluster, run: run.id, lane: cursor.name, sha256 });
    await write(key, bytes);
    const slim = { ...record, data: rest, blob: { sha256, size: bytes.length } } as unknown as AuditRecord;
    if (moved.length > 0 && size(slim) <= maxSignedBytes) return slim;
    throw new RollbackError(
      'EvidenceRejected',
      `Record ${record.kind} ${record.op} is too long: expected at most ${maxSignedBytes} bytes, got ${size(slim)}.`,
    );
  }

  /** Sends the same bytes until the store has them or shows what else has their place. */
  async function write(key: string, bytes: Uint8Array): Promise<'created' | Uint8Array> {
    for (let sent = 0; sent < maxSends; sent++) {
      const answer = await writer.store.putOnce(key, bytes);
      if (answer === 'created') return 'created';
      if (answer === 'unsure') continue;
      const there = await writer.store.get(key, key.endsWith('.blob') ? bytes.length : maxObjectBytes);
      if (there === undefined) continue;
      return sent > 0 && Buffer.from(there).equals(bytes) ? 'created' : there;
    }
    throw new RollbackError(
      'ServiceUnavailable',
      `The evidence store did not confirm ${key} after ${maxSends} attempts.`,
    );
  }

  async function* ahead(): AsyncIterable<Placed> {
    let { seq, hash } = cursor;
    for (;;) {
      // Before a lane's first record the reader may not know the fork's hash.
      const prev = seq < 0 && hash === noHash && cursor.name !== 'main' ? undefined : hash;
      const found = await readBytes(writer, run, { lane: start.name, seq: ++seq });
      if (found === undefined) return;
      hash = recordHash(found);
      const record = await complete(writer, run, found, { lane: start.name, seq, prev });
      if (record) yield { record, hash };
    }
  }

  return {
    get cursor() {
      return cursor;
    },
    append,
    ahead,
  };
}

interface Place {
  run: string;
  lane: string;
  seq: number;
  prev: string;
}

const measured = new WeakMap<object, { at: number; skew: number }>();

/** Refuses to date a record by a clock that the store contradicts. */
async function checkSkew({ store, now }: Writer, at: number): Promise<void> {
  let known = measured.get(store);
  if (known === undefined || at - known.at > skewValidMs || at < known.at) {
    const before = now();
    const date = await store.date();
    const after = now();
    // The store's date is cut to the second, and it was read at some moment between the two.
    const skew = after < date ? after - date : before > date + 1_000 ? before - date - 1_000 : 0;
    known = { at: after, skew };
    measured.set(store, known);
  }
  if (Math.abs(known.skew) <= maxSkewMs) return;
  measured.delete(store);
  throw new RollbackError(
    'EvidenceRejected',
    `This function's clock is off by ${known.skew} ms against the evidence store; expected at most ${maxSkewMs} ms.`,
    { details: { skew: known.skew } },
  );
}

function size(record: AuditRecord): number {
  return Buffer.byteLength(canonicalize(record as unknown as Json)) + 1;
}

function refusedBehindFinal(draft: RecordDraft, last: AuditRecord): RollbackError {
  return new RollbackError(
    'EvidenceRejected',
    `Lane ${last.lane} of run ${last.run} is closed by record ${last.seq}; ${draft.kind} ${draft.op} comes too late.`,
    { details: { lane: last.lane, seq: last.seq } },
  );
}
