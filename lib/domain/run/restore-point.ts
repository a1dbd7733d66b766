import { RollbackError } from '../errors.ts';
import { parseInstant, wholeSeconds } from './instant.ts';

/** The start of the sentinel's last pass that was good on every shard, by the databases' own clock. */
export interface LastGood {
  at: string;
}

export interface RestorePoint {
  /** RFC 3339 UTC, whole seconds: RDS restores to no finer time. */
  at: string;
  /** What it was derived from. */
  why: string;
}

/**
 * The moment to which every shard is restored: a person's time, or the last good pass less the margin.
 * Part of a second is dropped, never rounded up: a later second could hold the damage.
 * Throws `NoRestorePoint`, `RestorePointInFuture`, `InvalidInput`.
 */
export function chooseRestorePoint(
  restoreTo: string,
  evidence: { lastGood?: LastGood; marginSeconds: number; now: number },
): RestorePoint {
  if (restoreTo === 'last-good') return fromLastGood(evidence);
  const given = parseInstant(restoreTo, 'restoreTo');
  if (given > evidence.now) {
    throw new RollbackError(
      'RestorePointInFuture',
      `restoreTo: expected a time before now, ${wholeSeconds(evidence.now)}, got ${restoreTo}.`,
    );
  }
  return { at: wholeSeconds(given), why: 'given with the request' };
}

function fromLastGood({
  lastGood,
  marginSeconds,
}: {
  lastGood?: LastGood;
  marginSeconds: number;
}): RestorePoint {
  if (lastGood === undefined) {
    throw new RollbackError(
      'NoRestorePoint',
      'restoreTo: expected a time, since the sentinel has not seen a pass that was good on every shard, got last-good.',
    );
  }
  const started = parseInstant(lastGood.at, 'last-good.at');
  return {
    at: wholeSeconds(started - marginSeconds * 1000),
    why: `last pass good on every shard began ${lastGood.at}, less ${marginSeconds} s`,
  };
}

/** From when to when a shard can be restored. Milliseconds UTC. */
export interface Window {
  shard: string;
  earliest: number;
  latest: number;
}

/** Logs go up every five minutes, whenever that began: waits grow, so that few looks are enough. */
const shortestWait = 30;
const longestWait = 300;

/**
 * Whether every shard can be restored to the point now. `waitSeconds` is how long until it is worth asking
 * again. Throws `RestorePointOutsideWindow` before a shard's earliest time, or when it has been waited for
 * longer than the policy allows.
 */
export function judgeWindows(
  point: string,
  windows: readonly Window[],
  waited: { seconds: number; mostSeconds: number },
): { ready: true } | { ready: false; waitSeconds: number; behind: string[] } {
  const at = Date.parse(point);
  const tooEarly = windows.filter(({ earliest }) => at < earliest);
  if (tooEarly.length > 0) {
    throw outside(point, tooEarly, ({ shard, earliest }) => `${shard} from ${wholeSeconds(earliest)} on`);
  }
  const behind = windows.filter(({ latest }) => latest < at);
  if (behind.length === 0) return { ready: true };
  if (waited.seconds >= waited.mostSeconds) {
    throw outside(
      point,
      behind,
      ({ shard, latest }) => `${shard} up to ${wholeSeconds(latest)}`,
      waited.seconds,
    );
  }
  const left = waited.mostSeconds - waited.seconds;
  const gap = Math.ceil((at - Math.min(...behind.map(({ latest }) => latest))) / 1000);
  const grown = shortestWait + Math.floor(waited.seconds / 2);
  const waitSeconds = Math.min(Math.max(gap, grown), longestWait, Math.max(left, 1));
  return { ready: false, waitSeconds, behind: behind.map(({ shard }) => shard) };
}

function outside(
  point: string,
  windows: readonly Window[],
  describe: (window: Window) => string,
  waitedSeconds?: number,
): RollbackError {
  const shown = windows.slice(0, 5).map(describe).join(', ');
  const rest = windows.length > 5 ? ` and ${windows.length - 5} more` : '';
  const waited = waitedSeconds === undefined ? '' : ` after waiting ${waitedSeconds} s`;
  return new RollbackError(
    'RestorePointOutsideWindow',
    `Expected a time to which every shard can be restored${waited}, got ${point}; can be restored: ${shown}${rest}.`,
    { details: { shards: windows.slice(0, 20).map(({ shard }) => shard) } },
  );
}
