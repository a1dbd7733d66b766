import type { Instances } from '../../lib/adapters/aws/instances.ts';
import type { RunState } from '../../lib/adapters/aws/run-state.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';

/** What the restore area needs of the outside world. */
export interface RestorePorts {
  instances: Instances;
  documents: RunState;
  policy: Policy;
  quarantine: { securityGroup: string; parameterGroup: string };
  /** The group that lets nobody but our functions and the operators reach a fenced database. */
  fencedGroup: string;
  /** Milliseconds UTC. */
  now(): number;
}
