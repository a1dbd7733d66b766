import type { LaneCursor, RunRef } from '../envelope.ts';
import type { Actor, AuditRecord, DataOf, RecordDraft } from './record.ts';

/** The evidence trail as the steps see it. */
export interface AuditTrail {
  /**
   * Opens a run: writes `open` as the first record of its lane `main`, or finds the same one there.
   * Throws `EvidenceRejected` where another record has that place.
   */
  open(run: RunRef, data: Pick<DataOf['open'], 'policy' | 'reason' | 'rules'>): Promise<LaneRecorder>;
  /** A recorder that goes on behind a cursor; the cursor may be behind the lane's newest record. */
  at(run: TrailRun, cursor: LaneCursor): LaneRecorder;
  /** A recorder at the newest record of a lane, found by reading the lane from its beginning. */
  resume(run: TrailRun, lane: string): Promise<LaneRecorder>;
  /** The lanes that have records, of those whose names begin so; each with its newest place. */
  lanes(run: TrailRun, prefix: string): AsyncIterable<{ lane: string; seq: number }>;
  /** The record at a place, or undefined where there is none of the format. */
  read(run: TrailRun, lane: string, seq: number): Promise<Placed | undefined>;
  /**
   * Records a refusal outside any run, as a run of one record named by its event's id:
   * said twice, it is recorded once.
   */
  refuse(refusal: Refusal): Promise<LaneCursor>;
}

export type TrailRun = Pick<RunRef, 'id' | 'cluster'>;

export interface Refusal {
  cluster: string;
  /** The id of the event or execution that was refused: letters, digits, `-` and `_`. */
  event: string;
  step: string;
  error: DataOf['refusal']['error'];
  facts?: Record<string, unknown>;
}

/** One lane of one run. */
export interface LaneRecorder {
  /** The place of the newest record this recorder knows; moves with `append`. */
  readonly cursor: LaneCursor;
  /**
   * Appends a record. A record of the same kind and op that already stands behind the cursor is adopted.
   * Throws `EvidenceRejected` behind a final record, `ServiceUnavailable` where the store doesn't answer.
   */
  append(draft: RecordDraft): Promise<Appended>;
  /** The lane's records that stand behind the cursor; the cursor does not move. */
  ahead(): AsyncIterable<Placed>;
}

export interface Placed {
  /** As it was written, with what its blob holds put back into `data`. */
  record: AuditRecord;
  hash: string;
}

export interface Appended extends Placed {
  /** The record was there already: an earlier attempt's. */
  adopted: boolean;
}

/** Signs with the key of one duty. */
export interface RecordSigner {
  /** Name in the note's signature line. */
  readonly keyName: string;
  /** Eight hexadecimal digits. */
  keyHash(): Promise<string>;
  /** Ed25519 over the bytes as they are; 64 bytes. */
  sign(bytes: Uint8Array): Promise<Buffer>;
}

/** The evidence bucket, as a writer needs it. */
export interface RecordStore {
  /**
   * Writes an object once. `exists`: something has that key. `unsure`: a concurrent write, a time-out or a
   * fault of the service: it may or may not be there, and the same bytes may be sent again.
   */
  putOnce(key: string, bytes: Uint8Array): Promise<'created' | 'exists' | 'unsure'>;
  /** The object's bytes, or undefined. Reads no more than `limit` bytes and one. */
  get(key: string, limit: number): Promise<Uint8Array | undefined>;
  /** All keys with this prefix, in ascending order. */
  list(prefix: string): AsyncIterable<string>;
  /** The store's own clock, in milliseconds UTC, to the second below; asks the service. */
  date(): Promise<number>;
}

export interface Writer {
  store: RecordStore;
  signer: RecordSigner;
  /** The log's origin: `domain/account/region/bucket`. */
  origin: string;
  /** Milliseconds UTC. */
  now(): number;
  actor: Actor;
}
