import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { send, type Translations } from './errors.ts';

/** One CNAME: a name, the endpoint it leads to, seconds that caches may keep it. */
export interface Cname {
  name: string;
  value: string;
  ttl: number;
}

const changing: Translations = {
  PriorRequestNotComplete: 'Throttled',
  InvalidChangeBatch: 'NamesNotMoved',
};

/** Changes are given as what must be there and what shall be there instead. */
export interface NameChange {
  from: Cname;
  to: Cname;
}

/**
 * Route 53 takes 1,000 records and 32,000 characters a batch. A batch is atomic; a cluster with more shards
 * than this needs more than one.
 */
const namesPerBatch = 100;

/** The records of one hosted zone. */
export function route53Records(route53: Route53Client, zoneId: string) {
  return {
    /** The CNAMEs of the zone by name, without a dot at the end. Other kinds of records have no value here. */
    async list(): Promise<Map<string, Cname | undefined>> {
      const found = new Map<string, Cname | undefined>();
      let next:
        | { StartRecordName?: string; StartRecordType?: any; StartRecordIdentifier?: string }
        | undefined = {};
      while (next !== undefined) {
        const page: any = await send(
          route53,
          new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, MaxItems: 300, ...next }),
        );
        for (const set of page.ResourceRecordSets ?? []) {
          const name = bare(set.Name);
          const single = set.Type === 'CNAME' && set.ResourceRecords?.length === 1 && !set.SetIdentifier;
          const cname = single
            ? { name, value: bare(set.ResourceRecords[0].Value), ttl: set.TTL ?? 0 }
            : undefined;
          found.set(name, found.has(name) ? undefined : cname);
        }
        next = page.IsTruncated
          ? {
              StartRecordName: page.NextRecordName,
              StartRecordType: page.NextRecordType,
              StartRecordIdentifier: page.NextRecordIdentifier,
            }
          : undefined;
      }
      return found;
    },

    /**
     * Deletes the exact old records and creates the new ones, so that it fails where somebody edited by hand.
     * Answers the ids of the changes. Throws `NamesNotMoved` where a record was not as given.
     */
    async replace(changes: readonly NameChange[], comment: string): Promise<string[]> {
      const ids: string[] = [];
      for (let start = 0; start < changes.length; start += namesPerBatch) {
        const batch = changes.slice(start, start + namesPerBatch);
        const { ChangeInfo } = await send(
          route53,
          new ChangeResourceRecordSetsCommand({
            HostedZoneId: zoneId,
            ChangeBatch: {
              Comment: comment,
              Changes: batch.flatMap(({ from, to }) => [
                { Action: 'DELETE' as const, ResourceRecordSet: recordSet(from) },
                { Action: 'CREATE' as const, ResourceRecordSet: recordSet(to) },
              ]),
            },
          }),
          changing,
        );
        ids.push(ChangeInfo!.Id!.replace(/^\/change\//, ''));
      }
      return ids;
    },

    async isInSync(change: string): Promise<boolean> {
      const { ChangeInfo } = await send(route53, new GetChangeCommand({ Id: change }));
      return ChangeInfo?.Status === 'INSYNC';
    },
  };
}

export type DnsRecords = ReturnType<typeof route53Records>;

function recordSet({ name, value, ttl }: Cname) {
  return { Name: name, Type: 'CNAME' as const, TTL: ttl, ResourceRecords: [{ Value: value }] };
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
