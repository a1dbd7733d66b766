import { normaliseName } from '../../route53/names.ts';
import type { NeedsOf } from './need.ts';

const onZone = new Set([
  'ChangeResourceRecordSets',
  'DeleteHostedZone',
  'GetHostedZone',
  'ListResourceRecordSets',
]);

/** Route 53: a zone or a change, and the names, types and actions of a batch. */
export const route53Needs: NeedsOf = (operation, input, _view) => {
  const action = `route53:${operation}`;
  if (operation === 'GetChange') return [{ action, resource: `arn:aws:route53:::change/${bare(input.Id)}` }];
  if (!onZone.has(operation)) return [{ action, resource: '*' }];
  const resource = `arn:aws:route53:::hostedzone/${bare(input.HostedZoneId ?? input.Id)}`;
  if (operation !== 'ChangeResourceRecordSets') return [{ action, resource }];
  const changes: any[] = input.ChangeBatch?.Changes ?? [];
  const each = (valueFrom: (change: any) => unknown) => [
    ...new Set(changes.map((one) => String(valueFrom(one)))),
  ];
  const keys = {
    // Policies are written without the final dot.
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': each(({ ResourceRecordSet }) =>
      normaliseName(ResourceRecordSet?.Name ?? '').replace(/\.$/, ''),
    ),
    'route53:ChangeResourceRecordSetsRecordTypes': each(({ ResourceRecordSet }) => ResourceRecordSet?.Type),
    'route53:ChangeResourceRecordSetsActions': each(({ Action }) => Action),
  };
  return [{ action, resource, keys }];
};

/** Ids come as `/hostedzone/Z…` and `/change/C…` too. */
function bare(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
