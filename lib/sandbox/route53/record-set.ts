import { isIPv4, isIPv6 } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { ServiceError } from '../contract.ts';
import { compareNames, normaliseName } from './names.ts';

const recordTypes = ['A', 'AAAA', 'CNAME', 'NS', 'SOA', 'TXT'] as const;
export type RecordType = (typeof recordTypes)[number];

/** A record set of the kinds that the sandbox serves: simple, or one of a weighted group. */
export interface RecordSet {
  /** Normalised. */
  name: string;
  type: RecordType;
  ttl: number;
  values: string[];
  setIdentifier?: string;
  weight?: number;
}

/** What may exist only once in a zone. */
export function keyOf({ name, type, setIdentifier }: RecordSet): string {
  return JSON.stringify([name, type, setIdentifier ?? '']);
}

export function compareRecordSets(one: RecordSet, other: RecordSet): number {
  const byName = compareNames(one.name, other.name);
  if (byName !== 0) return byName;
  if (one.type !== other.type) return one.type < other.type ? -1 : 1;
  return (one.setIdentifier ?? '') < (other.setIdentifier ?? '') ? -1 : 1;
}

/** Whether a DELETE names exactly what is there; the order of values does not count. */
export function sameValues(one: RecordSet, other: RecordSet): boolean {
  return (
    one.ttl === other.ttl &&
    one.weight === other.weight &&
    isDeepStrictEqual([...one.values].sort(), [...other.values].sort())
  );
}

export function describeRecordSet(set: RecordSet): ResourceRecordSet {
  return {
    Name: set.name,
    Type: set.type,
    ...(set.setIdentifier !== undefined && { SetIdentifier: set.setIdentifier, Weight: set.weight }),
    TTL: set.ttl,
    ResourceRecords: set.values.map((Value) => ({ Value })),
  };
}

const unsupported = [
  'AliasTarget',
  'CidrRoutingConfig',
  'Failover',
  'GeoLocation',
  'GeoProximityLocation',
  'HealthCheckId',
  'MultiValueAnswer',
  'Region',
  'TrafficPolicyInstanceId',
] as const;

/** Reads a record set of a request. `action` is for the message. */
export function parseRecordSet(input: ResourceRecordSet, action: string): RecordSet {
  const where = `Change with [Action=${action}, Name=${input.Name}, Type=${input.Type}, SetIdentifier=${input.SetIdentifier ?? null}]`;
  if (!input.Name || !input.Type)
    throw new ServiceError('InvalidInput', `Missing field 'Name' or 'Type' in ${where}`);
  const refused = unsupported.find((member) => input[member] !== undefined);
  if (refused) {
    throw new ServiceError('NotImplemented', `The sandbox's record sets do not have ${refused}.`, {
      status: 501,
    });
  }
  const type = recordTypes.find((each) => each === input.Type);
  if (!type) {
    throw new ServiceError('NotImplemented', `The sandbox does not serve records of type ${input.Type}.`, {
      status: 501,
    });
  }
  if (input.TTL === undefined) throw new ServiceError('InvalidInput', `Missing field 'TTL' in ${where}`);
  if (!input.ResourceRecords?.length) {
    throw new ServiceError('InvalidInput', `Missing field 'ResourceRecords' in ${where}`);
  }
  if ((input.SetIdentifier === undefined) !== (input.Weight === undefined)) {
    throw new ServiceError('InvalidInput', `SetIdentifier and Weight must be given together in ${where}`);
  }
  if (
    input.Weight !== undefined &&
    !(Number.isInteger(input.Weight) && input.Weight >= 0 && input.Weight <= 255)
  ) {
    throw new ServiceError(
      'InvalidInput',
      `Weight must be between 0 and 255 in ${where}, got ${input.Weight}`,
    );
  }
  return {
    name: normaliseName(input.Name),
    type,
    ttl: input.TTL,
    values: input.ResourceRecords.map(({ Value = '' }) => Value),
    ...(input.SetIdentifier !== undefined && { setIdentifier: input.SetIdentifier, weight: input.Weight }),
  };
}

/** What is wrong with the values, in Route 53's words; undefined where nothing is. */
export function valueProblem({ type, values, ttl }: RecordSet): string | undefined {
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > 2 ** 31 - 1) return `Invalid TTL: ${ttl}`;
  if (type === 'CNAME' && values.length > 1) {
    return 'Invalid Resource Record: "FATAL problem: MultipleCNAMERecords (CNAME can have one value only)"';
  }
  if (new Set(values).size < values.length) return 'Duplicate Resource Record';
  const bad = values.find((value) => !isValid(type, value));
  if (bad === undefined) return undefined;
  const problem = {
    A: 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)',
    AAAA: 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)',
    CNAME: 'CNAMERRDATANotDomainName (Value is not a valid domain name)',
    NS: 'NSRRDATANotDomainName (Value is not a valid domain name)',
    SOA: 'InvalidSOARecord (Value does not have seven parts)',
    TXT: 'InvalidCharacterString (Value should be enclosed in quotation marks)',
  }[type];
  return `Invalid Resource Record: 'FATAL problem: ${problem} encountered with '${bad}''`;
}

function isValid(type: RecordType, value: string): boolean {
  if (type === 'A') return isIPv4(value);
  if (type === 'AAAA') return isIPv6(value);
  if (type === 'TXT') return /^"[^"]*"( "[^"]*")*$/.test(value);
  if (type === 'SOA') return value.split(/\s+/).length === 7;
  return /^(?=.{1,255}$)([a-z0-9_\\*-]{1,63}\.)*[a-z0-9_\\*-]{1,63}\.?$/i.test(value);
}
