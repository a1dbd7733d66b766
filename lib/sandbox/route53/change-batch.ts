import type { Change } from '@aws-sdk/client-route-53';
import { ServiceError } from '../contract.ts';
import { isWithin } from './names.ts';
import { keyOf, parseRecordSet, type RecordSet, sameValues, valueProblem } from './record-set.ts';
import type { HostedZone } from './zone.ts';

const actions = ['CREATE', 'DELETE', 'UPSERT'] as const;
type Action = (typeof actions)[number];

interface ParsedChange {
  action: Action;
  set: RecordSet;
}

const recordLimit = 1000;
const characterLimit = 32_000;

/**
 * Applies a batch to a copy of the zone's records and gives the copy: all of it, or an error that names
 * every change that does not fit. Each change sees those before it.
 */
export function applyBatch(zone: HostedZone, changes: Change[] | undefined): Map<string, RecordSet> {
  const parsed = (changes ?? []).map(parseChange);
  if (parsed.length === 0)
    throw new ServiceError('InvalidInput', 'A change batch must have at least one change.');
  refuseBeyondLimits(parsed);
  const draft = zone.draft();
  const problems = parsed.flatMap((change) => apply(zone, draft, change) ?? []);
  if (problems.length > 0) throw invalidBatch(problems);
  return draft;
}

function parseChange({ Action: action, ResourceRecordSet: set }: Change): ParsedChange {
  const known = actions.find((each) => each === action);
  if (!known || !set) {
    throw new ServiceError('InvalidInput', `Invalid action ${action}: expected one of ${actions.join(', ')}`);
  }
  return { action: known, set: parseRecordSet(set, known) };
}

/** Changes the draft, or says why not. */
function apply(
  zone: HostedZone,
  draft: Map<string, RecordSet>,
  { action, set }: ParsedChange,
): string | undefined {
  const key = keyOf(set);
  const current = draft.get(key);
  const described = `resource record set [name='${set.name}', type='${set.type}'${set.setIdentifier === undefined ? '' : `, set identifier='${set.setIdentifier}'`}]`;
  if (action === 'DELETE') {
    if (!current) return `Tried to delete ${described} but it was not found`;
    if (!sameValues(current, set)) {
      return `Tried to delete ${described} but the values provided do not match the current values`;
    }
    if (isOwnOfZone(zone, set))
      return `A HostedZone must contain exactly one ${set.type} record for the zone itself`;
    draft.delete(key);
    return undefined;
  }
  if (action === 'CREATE' && current) return `Tried to create ${described} but it already exists`;
  const problem = placeProblem(zone, draft, set) ?? valueProblem(set);
  if (problem) return problem;
  draft.set(key, set);
  return undefined;
}

/** Why a record set may not stand where it would. */
function placeProblem(zone: HostedZone, draft: Map<string, RecordSet>, set: RecordSet): string | undefined {
  const subject = `RRSet of type ${set.type} with DNS name ${set.name}`;
  if (!isWithin(set.name, zone.name))
    return `RRSet with DNS name ${set.name} is not permitted in zone ${zone.name}`;
  if (set.type === 'CNAME' && set.name === zone.name)
    return `${subject} is not permitted at apex in zone ${zone.name}`;
  const others = [...draft.values()].filter(
    (other) => other.name === set.name && keyOf(other) !== keyOf(set),
  );
  if (others.some((other) => (other.type === 'CNAME') !== (set.type === 'CNAME'))) {
    return `${subject} is not permitted as it conflicts with other records with the same DNS name in zone ${zone.name}`;
  }
  const sameType = others.filter((other) => other.type === set.type);
  if (sameType.some((other) => (other.setIdentifier === undefined) !== (set.setIdentifier === undefined))) {
    return `${subject} cannot be created as a non-weighted and a weighted set exist with the same name and type`;
  }
  return undefined;
}

function isOwnOfZone(zone: HostedZone, set: RecordSet): boolean {
  return set.name === zone.name && (set.type === 'NS' || set.type === 'SOA');
}

/** An UPSERT counts as a DELETE and a CREATE. */
function refuseBeyondLimits(changes: ParsedChange[]): void {
  let records = 0;
  let characters = 0;
  for (const { action, set } of changes) {
    const weight = action === 'UPSERT' ? 2 : 1;
    records += weight * set.values.length;
    characters += weight * set.values.reduce((sum, value) => sum + value.length, 0);
  }
  if (records > recordLimit) throw invalidBatch([`Number of records limit of ${recordLimit} exceeded.`]);
  if (characters > characterLimit)
    throw invalidBatch([`Number of characters limit of ${characterLimit} exceeded.`]);
}

function invalidBatch(messages: string[]): ServiceError {
  return new ServiceError('InvalidChangeBatch', `[${messages.join(', ')}]`, { fields: { messages } });
}
