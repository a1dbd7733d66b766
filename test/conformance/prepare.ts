import { accountId, region } from './account.ts';
import type { StepCase } from './recordings.ts';

/**
 * A recorded case as this account and this interpreter take it: its names for the partition and the region, role
 * names as ARNs, and state machines in JSONata, which is written otherwise but where a Pass state has a result.
 */
export function prepared<Case>(recorded: Case): Case {
  return walk(recorded) as Case;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map(walk);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, member]) => [text(name), walk(member)]);
  const object = Object.fromEntries(members);
  if (isStateMachine(object) && object.QueryLanguage === undefined)
    return { ...inJsonata(object), QueryLanguage: 'JSONata' };
  return object;
}

function text(value: string): string {
  if (/^s[fn]{2}_role_arn\w*$/.test(value)) return `arn:aws:iam::${accountId}:role/${value}`;
  return value
    .replace(/\binvalid_execution_arn\b/, `arn:aws:states:${region}:${accountId}:execution:none:none`)
    .replace(/\bs?sm_nonexistent_arn\b/, `arn:aws:states:${region}:${accountId}:stateMachine:none`)
    .replaceAll('<partition>', 'aws')
    .replaceAll('<region>', region);
}

function isStateMachine(object: Record<string, any>): boolean {
  return (
    typeof object.States === 'object' && object.Type === undefined && object.ProcessorConfig === undefined
  );
}

/** Results become outputs, also in the state machines inside. */
function inJsonata(value: any): any {
  if (Array.isArray(value)) return value.map(inJsonata);
  if (value === null || typeof value !== 'object') return value;
  const { QueryLanguage, ...rest } = value;
  const { Result, ...others } = rest;
  const members = rest.Type === 'Pass' && Result !== undefined ? { ...others, Output: Result } : rest;
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [name, inJsonata(member)]));
}

/** Each case has an account of its own, so that its bus may as well be the default one. */
export function onDefaultBus(recorded: StepCase): StepCase {
  const steps = recorded.steps
    .filter(({ api }) => api !== 'events.CreateEventBus')
    .map((step) => ({ ...step, params: busless(step.params) }));
  const also = JSON.stringify(recorded.also_recorded ?? []).replaceAll('rule/<bus-name>/', 'rule/');
  return { ...recorded, steps, also_recorded: JSON.parse(also) };
}

function busless(params: Record<string, any>): Record<string, any> {
  const { EventBusName: _, Entries, ...others } = params;
  return Entries ? { ...others, Entries: Entries.map(busless) } : others;
}
