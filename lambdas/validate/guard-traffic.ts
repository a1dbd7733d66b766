import * as z from 'zod/mini';
import { provenFence } from '../../lib/adapters/postgres/fence.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { forAll } from '../../lib/domain/for-all.ts';
import { defineStep } from '../step.ts';
import { checkInvariants } from './checks.ts';
import { atOnce, type ValidatePorts } from './ports.ts';

/** How often a watch looks: at its beginning, twice in between, at its end. */
const intervals = 3;
const patienceMs = 10_000;

/** While traffic is back: the invariants hold on the clones, and nobody has got into the old databases. */
export const guardTraffic = defineStep({
  name: 'GuardTraffic',
  records: 'finding',
  target: ({ run, input }) => `${run.cluster}.${input.waitedSeconds}`,
  input: z.object({ waitedSeconds: z.number() }),
  output: z.object({ done: z.boolean(), waitSeconds: z.int(), shards: z.int() }),
  evidence: ({ done, shards }) => ({ done, shards }),
  async run(request, { databases }: ValidatePorts) {
    const run = request.run.id;
    const { policy } = databases.options;
    const { shards } = await databases.plan(run);
    const { allowedRoles } = databases.options.policy;
    const found = await forAll(shards, atOnce, async ({ name }) => [
      ...(await judgeFence(() =>
        databases
          .source(run, name)
          .then((source) =>
            databases.asReader(source, (session) =>
              provenFence(session, { allowedRoles, timeoutMs: patienceMs }),
            ),
          ),
      )),
      ...(
        await databases.asReader(
          await databases.clone(run, name),
          (session) => checkInvariants(session, policy.invariants),
          { statementTimeoutMs: policy.sentinel.statementTimeoutMs },
        )
      )
        .filter(({ verdict }) => verdict !== 'pass')
        .map(({ check, reason }) => `${name}: ${check}: ${reason}`),
    ]);
    const findings = found.flat();
    if (findings.length > 0)
      throw new RollbackError('GuardFired', `${findings.slice(0, 10).join('; ')}.`, {
        details: { findings: findings.length },
      });
    const { watchSeconds } = policy.cutover;
    const left = watchSeconds - request.input.waitedSeconds;
    const waitSeconds = Math.max(0, Math.min(Math.ceil(watchSeconds / intervals), left));
    return { done: left <= 0, waitSeconds, shards: shards.length };
  },
});

async function judgeFence(prove: () => Promise<unknown>): Promise<string[]> {
  try {
    await prove();
    return [];
  } catch (error) {
    if (error instanceof RollbackError && error.name === 'FenceNotProven') return [error.message];
    throw error;
  }
}
