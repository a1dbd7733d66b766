import { accountId, region } from './account.ts';

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
    .replaceAll('<partition>', 'aws')
    .replaceAll('<region>', region)
    .replace(/(?<=in definition ')\{.*\}(?=')/s, (definition) => asSent(walk(JSON.parse(definition))));
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

/** JSON as the recordings' client writes it: a blank after colons and commas, ASCII only. */
export function asSent(value: unknown): string {
  return spaced(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}: ${spaced(member)}`)
    .join(', ')}}`;
}
