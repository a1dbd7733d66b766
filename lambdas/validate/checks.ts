import type { Session } from '../../lib/adapters/postgres/connection.ts';
import { SqlError } from '../../lib/adapters/postgres/errors.ts';
import { newestHeartbeats } from '../../lib/adapters/postgres/heartbeat.ts';
import { violationLimit, violations } from '../../lib/adapters/postgres/invariants.ts';
import { readRevived } from '../../lib/adapters/postgres/quarantine.ts';
import { readSequences } from '../../lib/adapters/postgres/sequences.ts';
import { judgeFreshness } from '../../lib/domain/validation/freshness.ts';
import { advanced } from '../../lib/domain/validation/sequences.ts';
import {
  type CheckName,
  type CheckResult,
  freshness,
  invariantCheck,
  preparedTransactions,
  sequences,
} from '../../lib/domain/validation/verdict.ts';

/** How old the newest heartbeat may be at the restore point: five passes of the sentinel. */
const heartbeatBoundSeconds = 300;

interface Invariant {
  name: string;
  sql: string;
}

/** A check's result with the rows that violate it; those stay in the control bucket. */
export interface Finding extends CheckResult {
  rows?: string[];
}

/** Runs the invariants one by one. One that cannot be run is inconclusive. */
export async function checkInvariants(session: Session, invariants: Invariant[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, sql } of invariants) {
    findings.push(
      await finding(invariantCheck(name), async () => {
        const rows = await violations(session, sql);
        if (rows.length === 0) return { verdict: 'pass' };
        const count = rows.length === violationLimit ? `at least ${rows.length}` : rows.length;
        return { verdict: 'fail', reason: `${count} rows violate it`, rows };
      }),
    );
  }
  return findings;
}

/** What a clone must be beside its rows: as fresh as planned, without open transactions, with numbers left to give. */
export async function checkState(session: Session, restorePoint: string): Promise<Finding[]> {
  return [
    await finding(freshness, async () => {
      const { newest } = await newestHeartbeats(session, restorePoint);
      return judgeFreshness(newest, restorePoint, heartbeatBoundSeconds);
    }),
    await finding(preparedTransactions, async () => {
      const open = (await readRevived(session)).preparedTransactions.length;
      return open === 0
        ? { verdict: 'pass' }
        : { verdict: 'fail', reason: `${open} prepared transactions are open` };
    }),
    await finding(sequences, async () => {
      const full = (await readSequences(session)).filter((one) => advanced(one, undefined) === 'noRoom');
      return full.length === 0
        ? { verdict: 'pass' }
        : { verdict: 'fail', reason: `no room to be set ahead: ${full.map(({ name }) => name).join(', ')}` };
    }),
  ];
}

async function finding(check: CheckName, look: () => Promise<Omit<Finding, 'check'>>): Promise<Finding> {
  try {
    return { ...(await look()), check };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { check, verdict: 'inconclusive', reason: `SQLSTATE ${error.sqlState}` };
  }
}
