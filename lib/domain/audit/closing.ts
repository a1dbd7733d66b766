import { type LaneCursor, noHash } from '../envelope.ts';
import { errorCatalogue } from '../errors.ts';
import type { AuditRecord, DataOf } from './record.ts';
import type { AuditTrail, LaneRecorder, Placed, TrailRun } from './trail.ts';

/** How lanes end: forks are joined, open intents are resolved, and every lane's last record is marked final. */

export interface LaneEnd {
  lane: string;
  seq: number;
  hash: string;
  ok: boolean;
  error?: string;
}

/** Ends a lane with its result. Said again, or after a crash, the end that stands there is the one returned. */
export async function finishLane(lane: LaneRecorder, step: string, result: LaneResult): Promise<LaneEnd> {
  const name = lane.cursor.name;
  const { record, hash } = await lane.append({
    kind: 'outcome',
    step,
    op: `FinishLane.${name}`,
    final: true,
    data: { target: name, finding: true, ...result },
  });
  return endOf(record, hash);
}

export type LaneResult = Pick<DataOf['outcome'], 'result' | 'error' | 'facts'>;

/** A catalogue name stays an error; what a state caught otherwise is kept as a fact. */
export function laneResult(ok: boolean, error?: string): LaneResult {
  if (ok) return { result: 'ok' };
  if (error === undefined) return { result: 'failed' };
  return isErrorName(error)
    ? { result: 'failed', error }
    : { result: 'failed', facts: { caught: error.slice(0, 256) } };
}

/** Ends a lane that may have been left open: what was intended and never concluded is recorded as unknown. */
export async function closeLane(
  trail: AuditTrail,
  run: TrailRun,
  start: LaneCursor,
  step: string,
): Promise<LaneEnd> {
  const { cursor, last, open } = await survey(trail.at(run, start));
  if (last?.record.final) return endOf(last.record, last.hash);
  const lane = trail.at(run, cursor);
  await resolveOpen(lane, open, step);
  return finishLane(lane, step, { result: 'unknown' });
}

/** Records each open intent as concluded with nobody knowing how. */
export async function resolveOpen(lane: LaneRecorder, open: AuditRecord[], step: string): Promise<void> {
  for (const { op, data } of open) {
    const target = (data as DataOf['intent']).target;
    await lane.append({ kind: 'outcome', step, op, data: { target, result: 'unknown' } });
  }
}

export interface Survey {
  cursor: LaneCursor;
  last?: Placed;
  /** Intents without an outcome, in the order of their records. */
  open: AuditRecord[];
  /** Every fork, by its phase. */
  forks: Map<string, Placed>;
  /** Forks without a join, in the order of their records. */
  unjoined: Placed[];
}

/** Reads what stands behind a cursor. */
export async function survey(lane: LaneRecorder): Promise<Survey> {
  const open = new Map<string, AuditRecord>();
  const forks = new Map<string, Placed>();
  const joined = new Set<string>();
  let last: Placed | undefined;
  for await (const placed of lane.ahead()) {
    const { record } = placed;
    last = placed;
    if (record.kind === 'intent') open.set(record.op, record);
    if (record.kind === 'outcome') open.delete(record.op);
    if (record.kind === 'fork') forks.set(record.data.phase, placed);
    if (record.kind === 'join') joined.add(record.data.phase);
  }
  const cursor = last
    ? { name: lane.cursor.name, seq: last.record.seq, hash: last.hash, time: last.record.time }
    : lane.cursor;
  const unjoined = [...forks.values()].filter(
    ({ record }) => !joined.has((record.data as DataOf['fork']).phase),
  );
  return { cursor, last, open: [...open.values()], forks, unjoined };
}

export function endOf(record: AuditRecord, hash: string): LaneEnd {
  const { result, error, facts } = record.data as DataOf['outcome'];
  const caught = typeof facts?.caught === 'string' ? facts.caught : undefined;
  return {
    lane: record.lane,
    seq: record.seq,
    hash,
    ok: result === 'ok',
    ...(result !== 'ok' && { error: error ?? caught ?? (result === 'unknown' ? 'Unknown' : 'ShardFailed') }),
  };
}

/** Where a lane of a fork begins. */
export const laneOfFork = (lane: string, forkHash: string): LaneCursor => ({
  name: lane,
  seq: -1,
  hash: forkHash,
});

export const mainLane: LaneCursor = { name: 'main', seq: -1, hash: noHash };

function isErrorName(name: string): name is keyof typeof errorCatalogue {
  return Object.hasOwn(errorCatalogue, name);
}
