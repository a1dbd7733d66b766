import type { DnsRecords } from '../../lib/adapters/aws/dns-records.ts';
import type { RunState } from '../../lib/adapters/aws/run-state.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';

/** What the cutover area needs of the outside world. */
export interface CutoverPorts {
  records: DnsRecords;
  documents: RunState;
  policy: Policy;
}
