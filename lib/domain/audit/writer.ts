import { beforeOpen, type LaneCursor, noHash, type RunRef } from '../envelope.ts';
import { RollbackError } from '../errors.ts';
import { laneRecorder } from './lane-writer.ts';
import { parseKey, runPrefix } from './place.ts';
import { readPlaced } from './read-placed.ts';
import type { AuditTrail, LaneRecorder, Refusal, TrailRun, Writer } from './trail.ts';

/** The trail over a store and a signing key. */
export function createTrail(writer: Writer): AuditTrail {
  const at = (run: TrailRun, cursor: LaneCursor): LaneRecorder => laneRecorder(writer, run, cursor);

  return {
    at,

    async open(run: RunRef, { policy, reason, rules }) {
      const lane = at(run, beforeOpen);
      const { cluster, execution, epoch, mode, incident, commander } = run;
      const { record } = await lane.append({
        kind: 'open',
        step: 'Declare',
        op: `Declare.${cluster}`,
        data: {
          cluster,
          execution,
          epoch,
          mode,
          class: run.class,
          incident,
          commander,
          ...(reason !== undefined && { reason }),
          policy,
          ...(rules && { rules }),
        },
      });
      if (record.kind !== 'open' || record.data.execution !== execution || record.seq !== 0) {
        throw new RollbackError('EvidenceRejected', `Run ${run.id} has been opened by another execution.`, {
          details: { expected: execution },
        });
      }
      return lane;
    },

    async resume(run, name) {
      const lane = at(run, { name, seq: -1, hash: noHash });
      let cursor = lane.cursor;
      for await (const { record, hash } of lane.ahead()) {
        cursor = { name, seq: record.seq, hash, time: record.time };
      }
      return at(run, cursor);
    },

    async *lanes(run, prefix) {
      let newest: { lane: string; seq: number } | undefined;
      for await (const key of writer.store.list(`${runPrefix(run.cluster, run.id)}${prefix}`)) {
        const place = parseKey(key);
        if (place === undefined || !('record' in place)) continue;
        const { lane, seq } = place.record;
        if (newest !== undefined && newest.lane !== lane) yield newest;
        newest = { lane, seq };
      }
      if (newest !== undefined) yield newest;
    },

    read: (run, lane, seq) => readPlaced(writer, run, { lane, seq }),

    async refuse({ cluster, event, step, error, facts }: Refusal) {
      const run = { cluster, id: event };
      const lane = at(run, beforeOpen);
      const data = { error, event, ...(facts && { facts }) };
      await lane.append({ kind: 'refusal', step, op: `${step}.${event}`, data, final: true });
      return lane.cursor;
    },
  };
}
