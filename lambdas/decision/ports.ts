import type { ControlStore } from '../../lib/adapters/aws/control-store.ts';
import type { Notices } from '../../lib/adapters/aws/notices.ts';
import type { RunState } from '../../lib/adapters/aws/run-state.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';

/** What the decision area needs of the outside world. */
export interface DecisionPorts {
  policy: Policy;
  store: ControlStore;
  documents: RunState;
  notices: Notices;
  /** Milliseconds UTC. */
  now(): number;
}
