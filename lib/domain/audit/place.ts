/** Where records and blobs lie in the evidence bucket: `trail/<cluster>/<run>/<lane>/<seq, 6 digits>.json`. */

export interface Place {
  cluster: string;
  run: string;
  lane: string;
  seq: number;
}

export interface BlobPlace {
  cluster: string;
  run: string;
  lane: string;
  sha256: string;
}

const trailPrefix = 'trail/';

const segment = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const laneName = /^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)?$/;
const recordFile = /^(\d{6})\.json$/;
const blobFile = /^([0-9a-f]{64})\.blob$/;

export const runPrefix = (cluster: string, run: string): string => `${trailPrefix}${cluster}/${run}/`;

export const lanePrefix = (cluster: string, run: string, lane: string): string =>
  `${runPrefix(cluster, run)}${lane}/`;

export const recordKey = ({ cluster, run, lane, seq }: Place): string =>
  `${lanePrefix(cluster, run, lane)}${String(seq).padStart(6, '0')}.json`;

export const blobKey = ({ cluster, run, lane, sha256 }: BlobPlace): string =>
  `${lanePrefix(cluster, run, lane)}${sha256}.blob`;

/** What a key below `trail/` names, or undefined where it is none of the format's keys. */
export function parseKey(key: string): { record: Place } | { blob: BlobPlace } | undefined {
  const [root, cluster = '', run = '', lane = '', file = '', ...more] = key.split('/');
  if (root !== 'trail' || more.length > 0) return undefined;
  if (!segment.test(cluster) || !segment.test(run) || !laneName.test(lane)) return undefined;
  const seq = recordFile.exec(file)?.[1];
  if (seq !== undefined) return { record: { cluster, run, lane, seq: Number(seq) } };
  const sha256 = blobFile.exec(file)?.[1];
  return sha256 === undefined ? undefined : { blob: { cluster, run, lane, sha256 } };
}
