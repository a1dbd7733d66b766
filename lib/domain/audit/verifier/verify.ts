import type { Trust } from '../trust.ts';
import { type Finding, finding, type Notice, notice, type RunVerdict, type Verdict } from './findings.ts';
import { listRuns, type Report } from './listing.ts';
import type { EvidenceSource } from './source.ts';
import { verifyRun } from './verify-run.ts';

export interface VerifyOptions {
  /** Only this run; it is a finding where it is not there. */
  run?: string;
  /** Told of each run when it has been read. */
  onRun?: (run: RunVerdict) => void;
}

/**
 * Verifies a trail: everything that is listed, every signature, every chain, every rule. It believes the trust
 * file and nothing else. Without a witnessed log the best answer is `end unproven`: what was cut off an end
 * before anybody else saw it leaves no trace.
 */
export async function verify(
  source: EvidenceSource,
  trust: Trust,
  options: VerifyOptions = {},
): Promise<Verdict> {
  const findings: Finding[] = [];
  const notices: Notice[] = [];
  const runs: RunVerdict[] = [];
  const report: Report = (item) => {
    if ('finding' in item) findings.push(item.finding);
    else notices.push(item.notice);
  };

  for await (const listing of listRuns(source, trust, report)) {
    if (options.run !== undefined && options.run !== listing.run) continue;
    const verdict = await verifyRun(source, trust, listing, report);
    runs.push(verdict);
    options.onRun?.(verdict);
  }
  if (runs.every(({ records }) => records === 0)) {
    const object = options.run === undefined ? 'trail/' : `trail/*/${options.run}/`;
    report({ finding: finding('TRAIL_MISSING', object, 'at least one record', 'none') });
  }
  report({ notice: notice('UNLOGGED', 'log/', 'checkpoints under a witness', 'none') });
  return {
    status: findings.length > 0 ? 'broken' : 'end unproven',
    origin: trust.origin,
    runs,
    findings,
    notices,
  };
}
