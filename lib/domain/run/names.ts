import { createHash } from 'node:crypto';
import { basicTime } from './instant.ts';

/**
 * A run's name: UTC time of its start and sixteen hexadecimal digits, both from its execution, so that a
 * repeated declaration of one execution finds its own run.
 */
export function runIdOf(execution: { arn: string; startTime: string }): string {
  const hash = createHash('sha256').update(`${execution.arn}\n${execution.startTime}`).digest('hex');
  return `${basicTime(Date.parse(execution.startTime))}-${hash.slice(0, 16)}`;
}

/** An incident's name, from the moment its alarm went off; also the name of the one execution it starts. */
export function incidentIdOf(cluster: string, since: number): string {
  return `${cluster}-${basicTime(since)}`;
}

/** A clone's instance identifier. */
export function cloneIdOf(cluster: string, shard: string, run: string): string {
  return `${cluster}-${shard}-${run.split('-')[1]!.slice(0, 8)}`;
}

/** Names of executions of the recovery, one for each way it is called, so that each happens once. */
export const recoveryName = {
  ended: (run: string) => `${run}-ended`,
  stale: (run: string, byExecution: string) =>
    `${run}-stale-${createHash('sha256').update(byExecution).digest('hex').slice(0, 8)}`,
};

export const tags = {
  role: 'safe-rollback:role',
  run: 'safe-rollback:run',
  cluster: 'safe-rollback:cluster',
  shard: 'safe-rollback:shard',
} as const;

/** Keys of the control bucket. */
export const controlKeys = {
  lock: (cluster: string) => `locks/${cluster}.json`,
  incident: (cluster: string) => `incidents/${cluster}.json`,
  lastGood: (cluster: string) => `sentinel/${cluster}/last-good.json`,
  plan: (run: string) => `runs/${run}/plan.json`,
  items: (run: string, name: string) => `runs/${run}/items/${name}.json`,
  clone: (run: string, shard: string) => `runs/${run}/clones/${shard}.json`,
  opened: (run: string) => `runs/${run}/opened.json`,
  report: (run: string) => `runs/${run}/report.json`,
  declaration: (run: string) => `runs/${run}/declaration.json`,
  approval: (run: string) => `approvals/${run}.json`,
};
