import { lanePrefix, parseKey, recordKey } from '../place.ts';
import type { Trust } from '../trust.ts';
import { type Finding, finding, type Notice, notice } from './findings.ts';
import type { EvidenceSource, StoredVersion } from './source.ts';

/** What stands in the bucket, before a byte of it is read. */
export interface RunListing {
  cluster: string;
  run: string;
  lanes: Map<string, LaneListing>;
}

export interface LaneListing {
  /** Places that are taken, as first and last of each unbroken stretch. */
  stretches: [number, number][];
  /** Of keys that have several versions or lie under a marker: the version that was there first. */
  originals: Map<string, string | undefined>;
  /** When the store took each record, from `seq` on. */
  storedAt: Map<number, number | undefined>;
}

export type Report = (item: { finding: Finding } | { notice: Notice }) => void;

const known = /^log\/\d{8}\.(sums|ckpt|[A-Za-z0-9_-]+\.\d+\.cosig)$/;
const dayMs = 86_400_000;

/**
 * Lists everything and judges names, versions, markers and locks; gives one run after the other, so that no
 * more than one run's places are held at a time.
 */
export async function* listRuns(
  source: EvidenceSource,
  trust: Trust,
  report: Report,
): AsyncIterable<RunListing> {
  let unattested = false;
  let current: RunListing | undefined;
  for await (const versions of byKey(source.versions())) {
    const key = versions[0]!.key;
    judgeVersions(key, versions, report);
    if (versions.some(({ unlisted }) => unlisted)) {
      report({ finding: finding('FOREIGN', key, 'an object of the listing', 'one it does not name') });
    }
    const first = oldest(versions);
    if (first === undefined) continue;
    if (first.retention === undefined) unattested = true;
    else judgeLock(first, trust, report);
    const place = placeOf(key, report);
    if (place === undefined) continue;
    const { cluster, run, lane } = 'record' in place ? place.record : place.blob;
    if (current === undefined || current.cluster !== cluster || current.run !== run) {
      if (current !== undefined) yield current;
      current = { cluster, run, lanes: new Map() };
    }
    const ofLane = laneOf(current, lane);
    if (versions.length > 1) ofLane.originals.set(key, first.versionId);
    if ('record' in place) enter(ofLane, place.record.seq, first.lastModified);
  }
  if (current !== undefined) yield current;
  if (unattested)
    report({ notice: notice('UNATTESTED', 'trail/', 'the lock of every object', 'some without') });
}

function placeOf(key: string, report: Report): ReturnType<typeof parseKey> {
  if (!key.startsWith('trail/')) {
    if (!known.test(key)) report({ finding: finding('FOREIGN', key, 'trail/… or log/…', key) });
    return undefined;
  }
  const place = parseKey(key);
  if (place === undefined) {
    report({
      finding: finding('PATH', key, 'trail/<cluster>/<run>/<lane>/<seq>.json or <sha256>.blob', key),
    });
  }
  return place;
}

function laneOf(listing: RunListing, lane: string): LaneListing {
  let ofLane = listing.lanes.get(lane);
  if (ofLane === undefined) {
    ofLane = { stretches: [], originals: new Map(), storedAt: new Map() };
    listing.lanes.set(lane, ofLane);
  }
  return ofLane;
}

function enter(ofLane: LaneListing, seq: number, storedAt: number | undefined): void {
  const last = ofLane.stretches.at(-1);
  if (last !== undefined && last[1] + 1 === seq) last[1] = seq;
  else ofLane.stretches.push([seq, seq]);
  ofLane.storedAt.set(seq, storedAt);
}

function judgeVersions(key: string, versions: StoredVersion[], report: Report): void {
  const markers = versions.filter(({ deleteMarker }) => deleteMarker).length;
  const written = versions.length - markers;
  if (markers > 0) report({ finding: finding('MARKER', key, 'no delete marker', `${markers}`) });
  if (written > 1) report({ finding: finding('OVERLAY', key, 'one version', `${written} versions`) });
}

function judgeLock({ key, retention, lastModified }: StoredVersion, trust: Trust, report: Report): void {
  const { mode, days } = trust.retention;
  if (retention === undefined || lastModified === undefined) return;
  if (retention === 'none' || (retention.mode !== mode && retention.mode !== 'COMPLIANCE')) {
    report({ finding: finding('LOCK_MODE', key, mode, retention === 'none' ? 'no lock' : retention.mode) });
    return;
  }
  // The default retention is counted from the moment of the put, which the listing gives to the second.
  const least = lastModified + days * dayMs - 1_000;
  if (retention.until >= least) return;
  const got = `until ${new Date(retention.until).toISOString()}`;
  report({ finding: finding('LOCK_SHORT', key, `until ${new Date(least).toISOString()}`, got) });
}

/** The version that was there first: of those of one second the last listed, as stores list the newest first. */
export function oldest(versions: StoredVersion[]): StoredVersion | undefined {
  const time = ({ lastModified = 0 }: StoredVersion) => lastModified;
  return versions
    .filter(({ deleteMarker }) => !deleteMarker)
    .reverse()
    .sort((a, b) => time(a) - time(b))[0];
}

async function* byKey(versions: AsyncIterable<StoredVersion>): AsyncIterable<StoredVersion[]> {
  let group: StoredVersion[] = [];
  for await (const version of versions) {
    if (group[0] !== undefined && group[0].key !== version.key) {
      yield group;
      group = [];
    }
    group.push(version);
  }
  if (group.length > 0) yield group;
}

/** The last place that is taken, −1 for none. */
export const lastSeq = (lane: LaneListing | undefined): number => lane?.stretches.at(-1)?.[1] ?? -1;

/** The holes in a lane, as findings. */
export function holes(listing: RunListing, lane: string, ofLane: LaneListing): Finding[] {
  let next = 0;
  return ofLane.stretches.flatMap(([first, last]) => {
    const from = next;
    next = last + 1;
    if (first === from) return [];
    const { cluster, run } = listing;
    const object = recordKey({ cluster, run, lane, seq: from });
    const got = `nothing up to ${recordKey({ cluster, run, lane, seq: first }).slice(-11)}`;
    return [finding('GAP', object, `record ${from} in ${lanePrefix(cluster, run, lane)}`, got)];
  });
}
