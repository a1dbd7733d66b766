import { NormalizedSchema } from '@smithy/core/schema';
import { hyphenated } from './answers.ts';
import type { Placeholders } from './placeholders.ts';

/** Answers of the case's earlier steps, by number, as the SDK gave them. */
export type Answers = Map<number, any>;

/** A recorded request as the SDK for JavaScript takes it. Throws where it refers to an answer that is not there. */
export function requestOf(
  schema: any,
  params: Record<string, any>,
  answers: Answers,
  placeholders: Placeholders,
): Record<string, any> {
  const input = converted(NormalizedSchema.of(schema), resolve(params, answers, placeholders));
  // boto3 asks for encoded keys itself.
  return 'EncodingType' in NormalizedSchema.of(schema).getMemberSchemas()
    ? { EncodingType: 'url', ...input }
    : input;
}

/** Replaces references, placeholders and the special objects. */
function resolve(value: any, answers: Answers, placeholders: Placeholders): any {
  if (typeof value === 'string') return resolveText(value, answers, placeholders);
  if (Array.isArray(value)) return value.map((item) => resolve(item, answers, placeholders));
  if (value === null || typeof value !== 'object') return value;
  if ('$now_plus_seconds' in value) return new Date(Date.now() + value.$now_plus_seconds * 1000);
  if ('$timestamp' in value)
    return new Date(/Z|[+-]\d\d:?\d\d$/.test(value.$timestamp) ? value.$timestamp : `${value.$timestamp}Z`);
  if ('$base64' in value) return Buffer.from(value.$base64, 'base64');
  if ('$repeat' in value) return value.$repeat.repeat(value.times);
  if ('$bytes_length' in value) {
    return Buffer.alloc(value.$bytes_length, Buffer.from(value.$repeats, 'base64'));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === 'InputTemplate') return [name, member]; // Its brackets are EventBridge's.
      const isNewest = member === hyphenated(name) && member.includes('-');
      const resolved = isNewest ? newest(name, answers) : resolve(member, answers, placeholders);
      return [resolveText(name, answers, placeholders), resolved];
    }),
  );
}

/** What the newest answer that has such a member gave. */
function newest(name: string, answers: Answers): any {
  return [...answers.values()].findLast((answer) => name in answer)?.[name];
}

function resolveText(text: string, answers: Answers, placeholders: Placeholders): any {
  const whole = /^\$\{(step\d+[^}]*)\}(?: minus ([\d.]+) s)?$/.exec(text);
  if (whole) {
    const value = valueAt(answers, whole[1]!);
    return whole[2] === undefined ? value : new Date(value.getTime() - Number(whole[2]) * 1000);
  }
  const filled = text
    .replace(/\$\{repeat:(.+?):(\d+)\}/g, (_, part, times) => part.repeat(Number(times)))
    .replace(/\$\{(step\d+[^}]*)\}/g, (_, path) => String(valueAt(answers, path)));
  return placeholders.fill(filled);
}

/** The value at `step7.Messages[0].Body(parsed)`; `[*]` takes the list's first. */
export function valueAt(answers: Answers, path: string): any {
  const [, number, rest] = /^step(\d+)(.*)$/s.exec(path)!;
  let value = answers.get(Number(number));
  for (const [part] of rest!.matchAll(/\.[^.[(]+|\[\d+\]|\[\*\]|\(parsed\)/g)) {
    if (value === undefined) break;
    if (part === '(parsed)') value = JSON.parse(value);
    else if (part === '[*]') value = value[0];
    else value = part.startsWith('[') ? value[Number(part.slice(1, -1))] : value[part.slice(1)];
  }
  if (value === undefined) throw new Error(`there is no ${path} among the answers`);
  return value;
}

/** boto3 takes text for bytes; the recordings have JSON text parsed. */
function converted(schema: NormalizedSchema, value: any): any {
  if (value === null || value === undefined) return value;
  if (schema.isStructSchema() && typeof value === 'object') {
    const members = schema.getMemberSchemas();
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        members[name] ? converted(schema.getMemberSchema(name), member) : member,
      ]),
    );
  }
  if (schema.isListSchema() && Array.isArray(value)) {
    return value.map((item) => converted(schema.getValueSchema(), item));
  }
  if (schema.isMapSchema() && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, converted(schema.getValueSchema(), member)]),
    );
  }
  if (schema.isTimestampSchema()) return value instanceof Date ? value : new Date(value);
  if (schema.isBlobSchema()) return typeof value === 'string' ? Buffer.from(value) : value;
  if (schema.isStringSchema() && typeof value === 'object') {
    return value instanceof Uint8Array ? Buffer.from(value).toString() : JSON.stringify(value);
  }
  return value;
}
