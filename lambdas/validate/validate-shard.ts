import * as z from 'zod/mini';
import { judge, plannedChecks } from '../../lib/domain/validation/verdict.ts';
import { shardOf } from '../databases.ts';
import { defineStep } from '../step.ts';
import { checkInvariants, checkState, type Finding } from './checks.ts';
import { type Fingerprints, fingerprintsKey, judgeTables, takeFingerprints } from './fingerprints.ts';
import { statementTimeoutMs, type ValidatePorts } from './ports.ts';
import { demandPass, evidenceOfFailure, keep, sha256 } from './verdicts.ts';
import { walkCursor } from './walk.ts';

/** Asks for the verdict, once all fingerprints are taken. */
const judgement = z.literal('judge');

/**
 * Judges one clone. Its tables are read from end to end and their fingerprints kept as evidence; invariants,
 * freshness, prepared transactions and sequences are the gate. What was planned and not looked at is inconclusive.
 * The verdict is a part of its own, and it alone has the shard as its target: a record of reading is no validation.
 */
export const validateShard = defineStep({
  name: 'ValidateShard',
  records: 'finding',
  target: ({ shard, input }) => (input.cursor === 'judge' ? shard : `${shard}.${input.part}`),
  input: z.object({ part: z.int(), cursor: z.nullish(z.union([judgement, walkCursor])) }),
  output: z.object({
    done: z.boolean(),
    cursor: z.optional(z.union([judgement, walkCursor])),
    verdict: z.optional(z.literal('pass')),
    checks: z.optional(z.int()),
    reportSha256: z.optional(z.string()),
    fingerprintsSha256: z.optional(z.string()),
  }),
  evidence: ({ cursor: _, ...result }) => result,
  evidenceOfFailure,
  async run(request, ports: ValidatePorts) {
    const { databases, documents } = ports;
    const [run, shard] = [request.run.id, shardOf(request)];
    const clone = await databases.clone(run, shard);
    const { policy } = databases.options;
    const cursor = request.input.cursor ?? undefined;
    if (cursor !== 'judge') {
      const next = await takeFingerprints(ports, { run, shard, clone, cursor });
      return { done: false, cursor: next ?? ('judge' as const) };
    }
    const { restorePoint } = await databases.plan(run);
    const fingerprints = (await documents.read<Fingerprints>(fingerprintsKey(run, shard)))?.value;
    const findings: Finding[] = await databases.asReader(
      clone,
      async (session) => [
        ...(await checkInvariants(session, policy.invariants)),
        ...(await checkState(session, restorePoint)),
      ],
      { statementTimeoutMs },
    );
    const verdict = judge(plannedChecks(policy), [...judgeTables(policy.tables, fingerprints), ...findings]);
    const reportSha256 = await keep(documents, `runs/${run}/validation/${shard}.json`, verdict);
    demandPass(`Shard ${shard}`, verdict, reportSha256);
    return {
      done: true,
      verdict: 'pass' as const,
      checks: verdict.checks.length,
      reportSha256,
      fingerprintsSha256: sha256(fingerprints),
    };
  },
});
