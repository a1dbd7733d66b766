import type { ListHostedZonesByNameRequest, ListResourceRecordSetsRequest } from '@aws-sdk/client-route-53';
import { ServiceError } from '../contract.ts';
import { compareNames, normaliseName } from './names.ts';
import { compareRecordSets, describeRecordSet, type RecordSet, type RecordType } from './record-set.ts';
import type { HostedZone } from './zone.ts';

const mostRecordSets = 300;
const mostZones = 100;

/** A page of sorted record sets, from the name, type and identifier that the request starts at. */
export function listRecordSets(sorted: RecordSet[], input: ListResourceRecordSetsRequest) {
  const { StartRecordName: name, StartRecordType: type, StartRecordIdentifier: setIdentifier } = input;
  if (type !== undefined && name === undefined) {
    throw new ServiceError(
      'InvalidInput',
      'The StartRecordType cannot be specified without a StartRecordName.',
    );
  }
  const start =
    name === undefined
      ? undefined
      : { name: normaliseName(name), type: (type ?? '') as RecordType, setIdentifier, ttl: 0, values: [] };
  const from = start ? sorted.filter((set) => isAtOrAfter(set, start)) : sorted;
  const size = pageSize(input.MaxItems, mostRecordSets);
  const next = from[size];
  return {
    ResourceRecordSets: from.slice(0, size).map(describeRecordSet),
    IsTruncated: next !== undefined,
    MaxItems: size,
    ...(next && {
      NextRecordName: next.name,
      NextRecordType: next.type,
      NextRecordIdentifier: next.setIdentifier,
    }),
  };
}

function isAtOrAfter(set: RecordSet, start: RecordSet): boolean {
  const isSame =
    set.name === start.name &&
    set.type === start.type &&
    (set.setIdentifier ?? '') === (start.setIdentifier ?? '');
  return isSame || compareRecordSets(set, start) > 0;
}

/** A page of zones sorted by name, from a name and, among zones of that name, an id. */
export function listZonesByName(sorted: HostedZone[], input: ListHostedZonesByNameRequest) {
  const { HostedZoneId: id } = input;
  const name = input.DNSName && normaliseName(input.DNSName);
  const from = sorted.filter((zone) => {
    if (!name) return true;
    const order = compareNames(zone.name, name);
    return order > 0 || (order === 0 && (id === undefined || zone.id >= id));
  });
  const size = pageSize(input.MaxItems, mostZones);
  const next = from[size];
  return {
    HostedZones: from.slice(0, size).map((zone) => zone.describe()),
    DNSName: input.DNSName,
    HostedZoneId: id,
    IsTruncated: next !== undefined,
    MaxItems: size,
    ...(next && { NextDNSName: next.name, NextHostedZoneId: next.id }),
  };
}

function pageSize(wanted: number | undefined, most: number): number {
  if (wanted !== undefined && !(Number(wanted) >= 1)) {
    throw new ServiceError('InvalidInput', `Invalid value for MaxItems: ${wanted}`);
  }
  return Math.min(Number(wanted ?? most), most);
}
