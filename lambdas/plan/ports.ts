import type { Account } from '../../lib/adapters/aws/account.ts';
import type { ClusterLock } from '../../lib/adapters/aws/cluster-lock.ts';
import type { DnsRecords } from '../../lib/adapters/aws/dns-records.ts';
import type { Executions } from '../../lib/adapters/aws/executions.ts';
import type { Instances } from '../../lib/adapters/aws/instances.ts';
import type { Notices } from '../../lib/adapters/aws/notices.ts';
import type { RunState } from '../../lib/adapters/aws/run-state.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';

/** What the plan area needs of the outside world. */
export interface PlanPorts {
  policy: Policy;
  /** SHA-256 of the policy as it was deployed, in hexadecimal. */
  policyHash: string;
  lock: ClusterLock;
  documents: RunState;
  executions: Pick<Executions, 'isRunning'>;
  instances: Pick<Instances, 'list' | 'earliestRestorable' | 'tag'>;
  records: Pick<DnsRecords, 'list'>;
  account: Account;
  notices: Notices;
  longestFunctionTimeoutSeconds: number;
  /** Milliseconds UTC. */
  now(): number;
}
