import { beforeOpen, type LaneCursor, noHash, type RunRef } from '../envelope.ts';
import { RollbackError } from '../errors.ts';
import { laneRecorder } from './lane-writer.ts';
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

    async refuse({ cluster, event, step, error, facts }: Refusal) {
      const run = { cluster, id: event };
      const lane = at(run, beforeOpen);
      const data = { error, event, ...(facts && { facts }) };
      await lane.append({ kind: 'refusal', step, op: `${step}.${event}`, data, final: true });
      return lane.cursor;
    },
  };
}
