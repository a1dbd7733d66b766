import { createHash } from 'node:crypto';
import { type ErrorName, RollbackError } from '../../lib/domain/errors.ts';
import type { CheckResult, Verdict } from '../../lib/domain/validation/verdict.ts';
import type { Documents } from '../databases.ts';

/** Keeps a verdict in the control bucket and answers the SHA-256 of what lies there. */
export async function keep(documents: Documents, key: string, verdict: unknown): Promise<string> {
  await documents.write(key, verdict);
  return sha256(verdict);
}

/** SHA-256 of a document as it lies in the control bucket. */
export function sha256(document: unknown): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex');
}

/** Throws `ValidationFailed` or `ValidationInconclusive` for what did not pass, with the checks' names and reasons. */
export function demandPass(
  what: string,
  { verdict, checks }: { verdict: Verdict; checks: CheckResult[] },
  reportSha256: string,
): void {
  if (verdict === 'pass') return;
  const bad = checks.filter((check) => check.verdict !== 'pass');
  const said = bad.map(({ check, reason }) => `${check}: ${reason ?? 'no reason'}`).join('; ');
  const name: ErrorName = verdict === 'fail' ? 'ValidationFailed' : 'ValidationInconclusive';
  throw new RollbackError(name, `${what}: ${said}.`, {
    details: { verdict, checks: bad.map(({ check }) => check).slice(0, 20), reportSha256 },
  });
}

/** What of a validation's failure goes on record. */
export function evidenceOfFailure({ details }: RollbackError): Record<string, unknown> {
  const { verdict, checks, reportSha256 } = details;
  return verdict === undefined ? {} : { verdict, checks, reportSha256 };
}
