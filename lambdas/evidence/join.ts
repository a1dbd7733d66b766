import * as z from 'zod/mini';
import { mainLane, survey } from '../../lib/domain/audit/closing.ts';
import { join } from '../../lib/domain/audit/joining.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { defineStep } from '../step.ts';
import type { EvidencePorts } from './ports.ts';

const namesShown = 5;

/** Reads where every lane of a fork ended, ends those a crash left open, and says how many got through. */
export const Join = defineStep({
  name: 'Join',
  records: 'self',
  input: z.object({ phase: z.string() }),
  output: z.object({
    phase: z.string(),
    total: z.int(),
    ok: z.int(),
    failedCount: z.int(),
    failed: z.array(z.object({ shard: z.string(), error: z.string() })),
  }),
  async run({ run, input: { phase } }, _ports: EvidencePorts, { lane, trail }) {
    const { forks } = await survey(trail.at(run, mainLane));
    const forked = forks.get(phase);
    if (forked === undefined) {
      throw new RollbackError('InvalidInput', `Run ${run.id} has no fork ${phase} to join.`, {
        details: { phase },
      });
    }
    const { total, ok, failed } = await join(trail, run, lane, forked);
    const shown = failed.slice(0, namesShown).map(({ lane: name, error }) => ({
      shard: name.slice(phase.length + 1),
      error: error ?? 'Unknown',
    }));
    return { phase, total, ok, failedCount: failed.length, failed: shown };
  },
});
