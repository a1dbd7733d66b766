import type { AuditRecord, DataOf } from '../record.ts';
import { finding } from './findings.ts';
import type { Report } from './listing.ts';
import type { Verified } from './verify-lane.ts';

/** Holds intents against outcomes, within one lane. */
export interface LaneOps {
  take(verified: Verified): void;
  /** Reports what is still open; called for a lane that is closed. */
  close(): void;
}

/**
 * `undos` are the steps that intents anywhere in the run have authorised as their undo: what such a step did may
 * be concluded late without an intent of its own. It is shared by the lanes of a run.
 */
export function laneOps(undos: Set<string>, report: Report): LaneOps {
  const open = new Map<string, { key: string; data: DataOf['intent'] }>();
  const concluded = new Map<string, string>();

  return {
    take({ record, key }) {
      if (record.kind === 'intent') {
        const { undo } = record.data;
        if (undo) undos.add(undo.step);
        if (!open.has(record.op) && !concluded.has(record.op))
          open.set(record.op, { key, data: record.data });
        return;
      }
      if (record.kind !== 'outcome') return;
      const { op, data } = record;
      const intent = open.get(op);
      const before = concluded.get(op);
      if (before !== undefined)
        report({ finding: finding('OUTCOME_TWICE', key, `one outcome of ${op}`, `also ${before}`) });
      else if (!data.finding && intent === undefined && !(record.late && undos.has(record.step))) {
        report({ finding: finding('INTENT_MISSING', key, `an intent of ${op}`, 'none before it') });
      }
      judgeIncarnation(record, intent?.data, key, report);
      open.delete(op);
      concluded.set(op, key);
    },

    close() {
      for (const [op, { key }] of open)
        report({ finding: finding('INTENT_OPEN', key, `an outcome of ${op}`, 'none') });
    },
  };
}

function judgeIncarnation(
  record: AuditRecord & { kind: 'outcome' },
  intent: DataOf['intent'] | undefined,
  key: string,
  report: Report,
): void {
  const [meant, met] = [intent?.incarnation, record.data.incarnation];
  if (!meant || !met || (meant.resourceId === met.resourceId && meant.timeline === met.timeline)) return;
  const text = ({ resourceId, timeline }: typeof meant) => `${resourceId} on timeline ${timeline}`;
  report({ finding: finding('INCARNATION', key, text(meant), text(met)) });
}
