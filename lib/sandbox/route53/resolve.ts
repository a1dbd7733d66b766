import { isWithin } from './names.ts';
import type { RecordSet, RecordType } from './record-set.ts';
import type { HostedZone } from './zone.ts';

/** What a question leads to. */
export interface Answer {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  /** The chain of CNAMEs, then the records asked for. */
  answers: RecordSet[];
  /** For a negative answer, the zone's SOA, from which its time to live is read. */
  authority: RecordSet[];
}

export interface Sources {
  zones: Iterable<HostedZone>;
  /** The address of an RDS endpoint, by host name without the trailing dot. */
  addressOf: (host: string) => string | undefined;
}

/** RDS answers its endpoints with this time to live, in seconds. */
const endpointTtl = 5;
const longestChain = 8;
const endpointSuffix = '.rds.amazonaws.com.';

/** Answers with authority for the zones and for RDS endpoints, and follows CNAMEs among them. */
export function resolve(
  sources: Sources,
  name: string,
  type: string,
  random: () => number = Math.random,
): Answer {
  const answers: RecordSet[] = [];
  const seen = new Set<string>();
  let current = name;
  while (!seen.has(current) && seen.size < longestChain) {
    seen.add(current);
    const found = lookUp(sources, current);
    // A chain that leads outside ends there: the asker has to go on by himself.
    if (found === undefined)
      return { rcode: answers.length > 0 ? 'NOERROR' : 'REFUSED', answers, authority: [] };
    if (found.records === undefined) return { rcode: 'NXDOMAIN', answers, authority: found.soa };
    const matching = choose(
      found.records.filter((set) => type === 'ANY' || set.type === type),
      random,
    );
    if (matching.length > 0) return { rcode: 'NOERROR', answers: [...answers, ...matching], authority: [] };
    const [alias] = choose(
      found.records.filter((set) => set.type === 'CNAME'),
      random,
    );
    if (!alias) return { rcode: 'NOERROR', answers, authority: found.soa };
    answers.push(alias);
    current = withDot(alias.values[0]!.toLowerCase());
  }
  return { rcode: 'NOERROR', answers, authority: [] };
}

/** The records at a name, `records` undefined where it does not exist; undefined outside our authority. */
function lookUp(
  sources: Sources,
  name: string,
): { records: RecordSet[] | undefined; soa: RecordSet[] } | undefined {
  const zone = zoneOf(sources.zones, name);
  if (zone) {
    const soa = zone.served(zone.name).filter(({ type }) => type === 'SOA');
    const own = zone.served(name);
    if (own.length > 0) return { records: own, soa };
    if (zone.hasBelow(name)) return { records: [], soa };
    const wildcard = zone.served(name.replace(/^[^.]+/, '\\052'));
    return { records: wildcard.length > 0 ? wildcard.map((set) => ({ ...set, name })) : undefined, soa };
  }
  if (!name.endsWith(endpointSuffix)) return undefined;
  const address = sources.addressOf(name.slice(0, -1));
  const type: RecordType = 'A';
  return { records: address ? [{ name, type, ttl: endpointTtl, values: [address] }] : undefined, soa: [] };
}

/** Of zones one inside the other, the inner. */
function zoneOf(zones: Iterable<HostedZone>, name: string): HostedZone | undefined {
  const containing = [...zones].filter((zone) => isWithin(name, zone.name));
  return containing.sort((one, other) => other.name.length - one.name.length)[0];
}

/** Of a weighted group one, by weight; all zero means each alike. Simple record sets as they are. */
function choose(sets: RecordSet[], random: () => number): RecordSet[] {
  const weighted = sets.filter((set) => set.weight !== undefined);
  if (weighted.length === 0) return sets;
  const total = weighted.reduce((sum, set) => sum + set.weight!, 0);
  if (total === 0) return [weighted[Math.floor(random() * weighted.length)]!];
  let left = random() * total;
  for (const set of weighted) {
    left -= set.weight!;
    if (left < 0) return [set];
  }
  return [weighted.findLast((set) => set.weight! > 0)!];
}

function withDot(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
