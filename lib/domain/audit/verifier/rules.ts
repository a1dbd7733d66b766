import { finding } from './findings.ts';
import type { Report } from './listing.ts';
import type { Verified } from './verify-lane.ts';

/** Changes that touch what applications use: none without a decision before it. */
const decidedSteps: ReadonlySet<string> = new Set([
  'CloseNetwork',
  'FenceShard',
  'LowerTtl',
  'MoveNames',
  'OpenNetwork',
  'OpenShard',
]);

/** Changes that put clones in the place of the databases: none before every clone was found right. */
const validatedSteps: ReadonlySet<string> = new Set(['MoveNames', 'OpenShard']);

/** The phase whose lanes make and validate the clones. */
const restorePhase = 'restore';

/** What is known at a point of the run: a fork's lanes know what main knew at the fork, main what they knew at the join. */
interface Known {
  decided: boolean;
  acrossShards: boolean;
  validated: Set<string>;
  toValidate: Set<string>;
}

/** Holds the order of a run's acts against what had to come before them, by what the records chain to. */
export interface RunRules {
  take(verified: Verified): void;
  /** What holds for the lanes of a fork that is made now. */
  branch(): RunRules;
  /** Takes over what the lanes of a fork have come to know. */
  merge(branch: RunRules): void;
  readonly known: Known;
}

const nothing = (): Known => ({
  decided: false,
  acrossShards: false,
  validated: new Set(),
  toValidate: new Set(),
});

/** A validation in several parts is one only with its last part. */
const isWhole = (facts: Record<string, unknown> | undefined): boolean => facts?.done === true;

const shardOf = (lane: string): string => lane.slice(restorePhase.length + 1);

export function runRules(report: Report, known: Known = nothing()): RunRules {
  return {
    known,

    branch: () =>
      runRules(report, {
        ...known,
        validated: new Set(known.validated),
        toValidate: new Set(known.toValidate),
      }),

    merge({ known: { validated } }) {
      for (const shard of validated) known.validated.add(shard);
    },

    take({ record, duty, key }) {
      if (record.kind === 'decision' && duty === 'decide') {
        known.decided = record.data.decision === 'approved' || record.data.decision === 'preauthorised';
      }
      if (record.kind === 'fork' && record.data.phase === restorePhase) {
        for (const lane of record.data.lanes ?? []) known.toValidate.add(shardOf(lane));
      }
      if (record.kind === 'outcome' && duty === 'validate' && record.data.result === 'ok') {
        if (record.step === 'ValidateShard' && isWhole(record.data.facts))
          known.validated.add(shardOf(record.lane));
        if (record.step === 'ValidateAcrossShards') known.acrossShards = true;
      }
      if (record.kind !== 'intent') return;
      if (decidedSteps.has(record.step) && !known.decided) {
        report({ finding: finding('NO_APPROVAL', key, 'an approval or preauthorisation before it', 'none') });
      }
      if (validatedSteps.has(record.step)) judgeValidation(key);
    },
  };

  function judgeValidation(key: string): void {
    const { toValidate, validated, acrossShards } = known;
    const missing = [...toValidate].filter((shard) => !validated.has(shard));
    if (toValidate.size > 0 && missing.length === 0 && acrossShards) return;
    const got =
      missing.length > 0 ? `none of ${missing.slice(0, 5).join(', ')}` : 'none across shards or of no shard';
    report({ finding: finding('NOT_VALIDATED', key, 'a good validation of every shard before it', got) });
  }
}
