import type { Alarms } from '../../lib/adapters/aws/alarms.ts';
import type { ClusterLock } from '../../lib/adapters/aws/cluster-lock.ts';
import type { Executions } from '../../lib/adapters/aws/executions.ts';
import type { RunState } from '../../lib/adapters/aws/run-state.ts';
import type { AuditTrail } from '../../lib/domain/audit/trail.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';

/** What the trigger needs of the outside world. */
export interface TriggerPorts {
  policy: Policy;
  alarms: Alarms;
  documents: RunState;
  executions: Executions;
  lock: Pick<ClusterLock, 'current'>;
  trail: Pick<AuditTrail, 'refuse'>;
  compositeAlarm: string;
  rollbackMachine: string;
  recoverMachine: string;
  /** Milliseconds UTC. */
  now(): number;
}
