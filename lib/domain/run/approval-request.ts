import type { Vote } from './approval.ts';

/**
 * What people are asked, while the machine waits: `approvals/<run>.json`. Whoever collects votes adds them here by
 * compare-and-set, and sends all of them with the token once the quorum is met or one denies:
 * `SendTaskSuccess({ taskToken, output: { votes } })`.
 */
export interface ApprovalRequest {
  run: string;
  cluster: string;
  class: string;
  commander: string;
  incident: string;
  execution: string;
  restorePoint: string;
  why: string;
  /** The largest of the shards' losses, in seconds before the plan. */
  dataLossSeconds: number;
  quorum: number;
  /** Null once the decision is recorded. */
  taskToken: string | null;
  /** RFC 3339 UTC. */
  requestedAt: string;
  expiresAt: string;
  votes: Vote[];
}
