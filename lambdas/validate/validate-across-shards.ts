import * as z from 'zod/mini';
import { couldNotLook, straddling, total } from '../../lib/adapters/postgres/invariants.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { forAll } from '../../lib/domain/for-all.ts';
import { judgeTotal, type TotalMeasured } from '../../lib/domain/validation/across.ts';
import { worst } from '../../lib/domain/validation/verdict.ts';
import { defineStep } from '../step.ts';
import { atOnce, statementTimeoutMs, type ValidatePorts } from './ports.ts';
import { demandPass, evidenceOfFailure, keep } from './verdicts.ts';

/** More than this of one shard are not held in memory; a policy whose query gives `at` stays far below it. */
const halvesLimit = 100_000;

/** How far from the restore point a transfer may lie whose other half is on the other side of it. */
const skewSeconds = 5;

/** Adds the policy's totals over all clones; transfers that straddle the restore point are listed, not failed. */
export const validateAcrossShards = defineStep({
  name: 'ValidateAcrossShards',
  records: 'finding',
  input: z.object({}),
  output: z.object({ totals: z.int(), straddling: z.int(), reportSha256: z.string() }),
  evidence: (result) => result,
  evidenceOfFailure,
  async run(request, { databases, documents }: ValidatePorts) {
    const run = request.run.id;
    const { restorePoint, restoredBefore, shards } = await databases.plan(run);
    const restorePoints = [...restoredBefore, restorePoint];
    const names = shards.map(({ name }) => name);
    // Both halves of a transfer lie within the skew of each other: twice that finds them both.
    const window = { restorePoints, seconds: 2 * skewSeconds, limit: halvesLimit + 1 };
    const totals: TotalMeasured[] = databases.options.policy.totals.map(({ name, expected, straddling }) => ({
      name,
      expected,
      parts: [],
      ...(straddling === undefined ? {} : { halves: [] }),
    }));
    await forAll(names, atOnce, async (shard) => {
      await databases.asReader(
        await databases.clone(run, shard),
        (session) =>
          session.transaction('ISOLATION LEVEL REPEATABLE READ READ ONLY', async () => {
            for (const [
              index,
              { name, sql, straddling: halvesSql },
            ] of databases.options.policy.totals.entries()) {
              const measured = totals[index]!;
              try {
                measured.parts.push({ shard, value: await total(session, name, sql) });
                if (halvesSql === undefined) continue;
                const halves = await straddling(session, halvesSql, window);
                if (halves.length > halvesLimit) throw tooMany(name, shard);
                measured.halves!.push(...halves.map((half) => ({ shard, ...half })));
              } catch (error) {
                throw couldNotLook(`Total ${name} on ${shard}`, error);
              }
            }
          }),
        { statementTimeoutMs },
      );
    });
    const judged = totals.map((measured) =>
      judgeTotal(measured, { shards: names, restorePoints, skewSeconds }),
    );
    const checks = judged.map(({ name, verdict, reason }) => ({ check: `total ${name}`, verdict, reason }));
    const reportSha256 = await keep(documents, `runs/${run}/validation/across.json`, judged);
    const verdict = checks.length === 0 ? 'pass' : worst(checks.map((check) => check.verdict));
    demandPass('All shards together', { verdict, checks }, reportSha256);
    const straddlers = judged.reduce((sum, one) => sum + one.straddling.length, 0);
    return { totals: judged.length, straddling: straddlers, reportSha256 };
  },
});

function tooMany(name: string, shard: string): RollbackError {
  return new RollbackError(
    'ValidationInconclusive',
    `Total ${name}: more than ${halvesLimit} transfers do not balance on ${shard}; they cannot all be listed.`,
  );
}
