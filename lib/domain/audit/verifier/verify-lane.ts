import { parseCanonical } from '../canonical.ts';
import type { Duty } from '../duties.ts';
import { blobKey, recordKey } from '../place.ts';
import { type AuditRecord, maxObjectBytes, recordHash } from '../record.ts';
import type { Trust } from '../trust.ts';
import { checkObject } from './check-object.ts';
import { type Finding, finding, notice } from './findings.ts';
import { holes, type LaneListing, lastSeq, type Report, type RunListing } from './listing.ts';
import type { EvidenceSource } from './source.ts';

/** A record that holds by itself and in its lane's chain, with what its blob holds put back into `data`. */
export interface Verified {
  record: AuditRecord;
  duty: Duty;
  hash: string;
  key: string;
}

export interface LaneHead {
  seq: number;
  hash: string;
  final: boolean;
  /** The last record that could be read. */
  record?: AuditRecord;
}

export interface LaneStart {
  lane: string;
  /** Hash that the first record must name as its `prev`; undefined where the fork could not be read. */
  prev: string | undefined;
  /** Time of the fork, in milliseconds UTC. */
  time: number;
}

const maxBlobBytes = 64 * 1024 * 1024;
/** So many hashes back a second continuation of one record is told from a hole. */
const remembered = 64;

/** Walks a lane from its beginning, reports what is wrong with it, and gives its good records to `each`. */
export async function verifyLane(
  source: EvidenceSource,
  trust: Trust,
  run: RunListing,
  start: LaneStart,
  report: Report,
  each: (verified: Verified) => Promise<void> | void,
): Promise<LaneHead> {
  const { cluster, run: runId } = run;
  const { lane } = start;
  const listing = run.lanes.get(lane);
  for (const hole of listing ? holes(run, lane, listing) : []) report({ finding: hole });

  const head: LaneHead = { seq: -1, hash: start.prev ?? '', final: false };
  let expected = start.prev;
  let newest = start.time;
  const earlier: string[] = [];
  /** Findings of bytes that nobody trusted signed: the next record may declare their place void. */
  let garbage: { hash: string; key: string; findings: Finding[] } | undefined;

  const settle = () => {
    for (const item of garbage?.findings ?? []) report({ finding: item });
    garbage = undefined;
  };

  for (const seq of places(listing)) {
    const key = recordKey({ cluster, run: runId, lane, seq });
    const bytes = await source.fetch(key, listing?.originals.get(key), maxObjectBytes);
    if (bytes === undefined) {
      report({ finding: finding('RECORD_MISSING', key, 'the object that is listed', 'nothing') });
      expected = undefined;
      continue;
    }
    const hash = recordHash(bytes);
    const checked = checkObject(bytes, key, { cluster, run: runId, lane, seq }, trust);
    // Behind a hole nothing is known of what the next record should name.
    if (seq !== head.seq + 1) expected = undefined;
    head.seq = seq;
    head.hash = hash;

    if (checked.record === undefined) {
      if (checked.signed || garbage !== undefined) settle();
      if (checked.signed) for (const item of checked.findings) report({ finding: item });
      else garbage = { hash, key, findings: checked.findings };
      earlier.push(hash);
      expected = hash;
      continue;
    }

    const { record, duty } = checked;
    if (garbage !== undefined && record.void && record.prev === garbage.hash) {
      report({ notice: notice('SQUATTED', garbage.key, 'a record', garbage.findings[0]!.code) });
      garbage = undefined;
    } else if (record.void) {
      report({
        finding: finding('FIELD', key, 'void only behind bytes that are no record', 'void behind a record'),
      });
    }
    settle();
    for (const item of checked.findings) report({ finding: item });
    judgeChain(record, key, expected, earlier, report);
    if (head.final)
      report({ finding: finding('AFTER_FINAL', key, 'nothing', `${record.kind} ${record.op}`) });
    judgeTime(
      record,
      key,
      seq === 0 ? newest - 2 * trust.bounds.skewMs : newest,
      listing?.storedAt.get(seq),
      trust,
      report,
    );
    const data = await readBlob(source, listing, record, { cluster, run: runId, lane }, key, report);
    newest = Math.max(newest, record.time);
    head.final ||= record.final === true;
    head.record = record;
    earlier.push(hash);
    if (earlier.length > remembered) earlier.shift();
    expected = hash;
    await each({ record: { ...record, data } as AuditRecord, duty, hash, key });
  }
  settle();
  return head;
}

function* places(listing: LaneListing | undefined): Iterable<number> {
  for (const [first, last] of listing?.stretches ?? []) for (let seq = first; seq <= last; seq++) yield seq;
}

function judgeChain(
  record: AuditRecord,
  key: string,
  expected: string | undefined,
  earlier: string[],
  report: Report,
): void {
  if (expected === undefined || record.prev === expected) return;
  const code = earlier.includes(record.prev) ? 'FORK' : 'GAP';
  report({ finding: finding(code, key, `prev ${expected}`, `prev ${record.prev}`) });
}

function judgeTime(
  record: AuditRecord,
  key: string,
  notBefore: number,
  storedAt: number | undefined,
  trust: Trust,
  report: Report,
): void {
  const { skewMs, storeDelayMs } = trust.bounds;
  if (record.time < notBefore) {
    report({ finding: finding('TIME_BACK', key, `not before ${iso(notBefore)}`, iso(record.time)) });
  }
  if (storedAt === undefined) return;
  // The store's time is cut to the second.
  const early = record.time - (storedAt + 1_000);
  const late = storedAt - record.time;
  if (early <= skewMs && late <= storeDelayMs + skewMs) return;
  report({
    finding: finding('TIME_STORE', key, `near ${iso(storedAt)}, when the store took it`, iso(record.time)),
  });
}

async function readBlob(
  source: EvidenceSource,
  listing: LaneListing | undefined,
  record: AuditRecord,
  at: { cluster: string; run: string; lane: string },
  key: string,
  report: Report,
): Promise<AuditRecord['data']> {
  if (record.blob === undefined) return record.data;
  const { sha256, size } = record.blob;
  const blob = blobKey({ ...at, sha256 });
  const bytes = await source.fetch(blob, listing?.originals.get(blob), Math.min(size, maxBlobBytes));
  if (bytes === undefined) {
    report({ finding: finding('BLOB_MISSING', key, blob, 'nothing') });
    return record.data;
  }
  const got = recordHash(bytes);
  if (got !== sha256 || bytes.length !== size) {
    report({
      finding: finding(
        'BLOB_HASH',
        blob,
        `${sha256}, ${size} bytes`,
        `${got}, ${bytes.length} bytes or more`,
      ),
    });
    return record.data;
  }
  try {
    return { ...record.data, ...parseCanonical(bytes) } as AuditRecord['data'];
  } catch (error) {
    report({ finding: finding('FIELD', blob, 'a canonical object', (error as Error).message) });
    return record.data;
  }
}

/** Whether the listing holds nothing of this lane. */
export const isAbsent = (run: RunListing, lane: string): boolean => lastSeq(run.lanes.get(lane)) < 0;

const iso = (time: number): string => new Date(time).toISOString();
