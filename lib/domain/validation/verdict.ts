export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** One thing that validation plans to look at, by a name that is unique within the shard: `table orders`. */
export type CheckName = string;

export interface CheckResult {
  check: CheckName;
  verdict: Verdict;
  /** Why it is not a pass, without any row's data. */
  reason?: string;
}

export interface ShardVerdict {
  verdict: Verdict;
  /** One for every planned check and every unplanned result. */
  checks: CheckResult[];
}

export interface ValidationPlan {
  tables: string[];
  invariants: { name: string; scope: string }[];
}

export const freshness = 'freshness';
export const preparedTransactions = 'prepared transactions';
export const sequences = 'sequences';
export const tableCheck = (table: string): CheckName => `table ${table}`;
export const invariantCheck = (name: string): CheckName => `invariant ${name}`;

/** Everything that must be looked at on each shard. */
export function plannedChecks({ tables, invariants }: ValidationPlan): CheckName[] {
  return [
    ...tables.map(tableCheck),
    ...invariants.filter(({ scope }) => scope === 'shard').map(({ name }) => invariantCheck(name)),
    freshness,
    preparedTransactions,
    sequences,
  ];
}

/**
 * Fails closed: a planned check without a result, one with two, or a result that nobody planned is inconclusive.
 * A failure weighs more than anything that could not be looked at.
 */
export function judge(planned: CheckName[], results: CheckResult[]): ShardVerdict {
  const checks = planned.map((check): CheckResult => {
    const found = results.filter((result) => result.check === check);
    if (found.length === 1) return found[0]!;
    return {
      check,
      verdict: 'inconclusive',
      reason: found.length === 0 ? 'it was not looked at' : 'looked at twice',
    };
  });
  const unplanned = results
    .filter(({ check }) => !planned.includes(check))
    .map(({ check }): CheckResult => ({ check, verdict: 'inconclusive', reason: 'it was not planned' }));
  const all = [...checks, ...unplanned];
  return { verdict: worst(all.map(({ verdict }) => verdict)), checks: all };
}

/** `fail`, else `inconclusive`, else `pass`; of nothing at all: `inconclusive`. */
export function worst(verdicts: Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.length === 0 || verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}
