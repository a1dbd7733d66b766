import type { DnsRecords } from '../../lib/adapters/aws/dns-records.ts';
import type { RunDocuments } from '../../lib/adapters/aws/run-documents.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';

/** What the cutover area needs of the outside world. */
export interface CutoverPorts {
  records: DnsRecords;
  documents: RunDocuments;
  policy: Policy;
}
