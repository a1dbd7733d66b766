import { ServiceError } from '../contract.ts';

/** What reserved variables of a template stand for, beside the event. */
export interface RuleFacts {
  ruleArn: string;
  ruleName: string;
  ingestionTime: Date;
}

const reserved = [
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
];

/** Refuses a target without a proper id, or whose input cannot be made, as PutTargets does. */
export function checkTarget(target: any): void {
  if (!/^[.\w-]{1,64}$/.test(target.Id ?? '')) {
    throw new ServiceError(
      'ValidationException',
      `A target's Id has 1 to 64 of letters, digits, . - _, got ${target.Id}`,
    );
  }
  const given = [target.Input, target.InputPath, target.InputTransformer].filter(
    (each) => each !== undefined,
  );
  if (given.length > 1) {
    throw new ServiceError(
      'ValidationException',
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`,
    );
  }
  const { InputTransformer: transformer } = target;
  if (!transformer) return;
  const names = Object.keys(transformer.InputPathsMap ?? {});
  for (const [, name] of transformer.InputTemplate.matchAll(/<([^<>\s]+)>/g)) {
    if (names.includes(name) || reserved.includes(name)) continue;
    throw new ServiceError(
      'ValidationException',
      `InputTemplate for target ${target.Id} contains invalid placeholder ${name}.`,
    );
  }
}

/** The text that a target gets for an event. */
export function targetInput(target: any, event: Record<string, unknown>, facts: RuleFacts): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath) return JSON.stringify(atPath(event, target.InputPath) ?? null);
  const { InputTransformer: transformer } = target;
  if (!transformer) return JSON.stringify(event);
  const paths = Object.entries<string>(transformer.InputPathsMap ?? {});
  const values = new Map<string, unknown>([
    ['aws.events.rule-arn', facts.ruleArn],
    ['aws.events.rule-name', facts.ruleName],
    ['aws.events.event.ingestion-time', facts.ingestionTime.toISOString()],
    ['aws.events.event', withoutDetail(event)],
    ['aws.events.event.json', event],
    ...paths.map(([name, path]): [string, unknown] => [name, atPath(event, path)]),
  ]);
  return fill(transformer.InputTemplate, values);
}

/** The variable for the event leaves its detail out and spells one name otherwise. */
function withoutDetail(event: Record<string, unknown>): object {
  const { detail: _detail, 'detail-type': detailType, ...rest } = event;
  return { ...rest, detailType };
}

/** Outside quotes a variable becomes JSON; inside quotes its text without quotes. What is missing is empty. */
function fill(template: string, values: Map<string, unknown>): string {
  let quoted = false;
  return template.replace(/\\.|"|<([^<>\s]+)>/g, (token, name: string | undefined) => {
    if (token === '"') quoted = !quoted;
    if (name === undefined || !values.has(name)) return token;
    const value = values.get(name);
    if (!quoted) return JSON.stringify(value ?? '');
    if (value === undefined || value === null) return '';
    return typeof value === 'string'
      ? JSON.stringify(value).slice(1, -1)
      : JSON.stringify(value).replaceAll('"', '');
  });
}

/** `$.detail.items[0]['a b']`; `undefined` where nothing is there. */
function atPath(value: unknown, path: string): unknown {
  if (!path.startsWith('$')) {
    throw new ServiceError('ValidationException', `A JSON path starts with $, got ${path}`);
  }
  let current: any = value;
  for (const [, name, quotedName, index] of path.matchAll(/\.([^.[\]]+)|\['([^']+)'\]|\[(\d+)\]/g)) {
    current = current?.[name ?? quotedName ?? Number(index)];
  }
  return current;
}
