import * as z from 'zod/mini';
import { laneResult, mainLane, resolveOpen, survey } from '../../lib/domain/audit/closing.ts';
import { join } from '../../lib/domain/audit/joining.ts';
import { defineStep } from '../step.ts';
import type { EvidencePorts } from './ports.ts';

/** Ends a run's trail: whatever a crash left unjoined or open is closed first, then main's last record is written. */
export const Seal = defineStep({
  name: 'Seal',
  records: 'self',
  input: z.object({ ok: z.boolean(), error: z.optional(z.nullable(z.string())) }),
  output: z.object({ hash: z.string() }),
  async run({ run, input }, _ports: EvidencePorts, { lane, trail }) {
    const { last, open, unjoined } = await survey(trail.at(run, mainLane));
    if (last?.record.kind === 'seal') return { hash: last.hash };
    for (const forked of unjoined) await join(trail, run, lane, forked);
    await resolveOpen(lane, open, 'Seal');
    const data = laneResult(input.ok, input.error ?? undefined);
    const { hash } = await lane.append({
      kind: 'seal',
      step: 'Seal',
      op: `Seal.${run.cluster}`,
      final: true,
      data,
    });
    return { hash };
  },
});
