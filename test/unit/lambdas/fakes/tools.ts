import type { LaneRecorder } from '../../../../lib/domain/audit/trail.ts';
import { beforeOpen } from '../../../../lib/domain/envelope.ts';

/** Tools of a step whose trail is a list. */
export function fakeTools() {
  const records: any[] = [];
  const lane = {
    cursor: beforeOpen,
    async append(draft: any) {
      records.push(draft);
      return { adopted: false, record: draft, hash: 'a'.repeat(64) };
    },
    async *ahead() {
      for (const record of records) yield { record, hash: 'a'.repeat(64) };
    },
  } as unknown as LaneRecorder;
  const trail = {
    async open(run: any, data: any) {
      if (!records.some(({ kind }) => kind === 'open'))
        records.push({ kind: 'open', data: { ...run, ...data } });
      return lane;
    },
    at: () => lane,
    resume: async () => lane,
    async refuse(refusal: any) {
      records.push({ kind: 'refusal', ...refusal });
      return beforeOpen;
    },
  };
  const silent = { info() {}, error() {}, addMetric() {} };
  return { records, trail, lane, use() {}, logger: silent, metrics: silent } as any;
}
