import { forAll } from '../for-all.ts';
import { closeLane, endOf, type LaneEnd, laneOfFork } from './closing.ts';
import type { DataOf } from './record.ts';
import type { AuditTrail, LaneRecorder, Placed, TrailRun } from './trail.ts';

export interface Joined {
  phase: string;
  total: number;
  ok: number;
  failed: LaneEnd[];
}

const lanesAtOnce = 16;

/** Opens one lane per shard: what the trail then expects to find. */
export async function fork(lane: LaneRecorder, phase: string, shards: string[]): Promise<Placed> {
  const lanes = shards.map((shard) => `${phase}.${shard}`).sort();
  const data = { phase, count: lanes.length, lanes };
  return lane.append({ kind: 'fork', step: 'Fork', op: `Fork.${phase}`, data });
}

/** Reads the head of every lane of a fork, ends the lanes a crash left open, and records where each one ends. */
export async function join(
  trail: AuditTrail,
  run: TrailRun,
  main: LaneRecorder,
  forked: Placed,
): Promise<Joined> {
  const { phase, lanes = [] } = forked.record.data as DataOf['fork'];
  const newest = new Map<string, number>();
  for await (const { lane, seq } of trail.lanes(run, `${phase}.`)) newest.set(lane, seq);

  const end = async (lane: string): Promise<LaneEnd> => {
    const seq = newest.get(lane);
    const head = seq === undefined ? undefined : await trail.read(run, lane, seq);
    if (head?.record.final) return endOf(head.record, head.hash);
    return closeLane(trail, run, laneOfFork(lane, forked.hash), 'Join');
  };
  const ends = await forAll(lanes, lanesAtOnce, end);

  const failed = ends.filter(({ ok }) => !ok);
  const ok = ends.length - failed.length;
  const heads = ends.map(({ lane, seq, hash }) => ({ lane, seq, hash }));
  await main.append({
    kind: 'join',
    step: 'Join',
    op: `Join.${phase}`,
    data: { phase, count: ends.length, ok, failed: failed.length, heads },
  });
  return { phase, total: ends.length, ok, failed };
}
