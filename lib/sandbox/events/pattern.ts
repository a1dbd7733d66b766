import { matcherOf } from './pattern-matchers.ts';
import { type FieldMatcher, invalidPattern, type JsonObject } from './pattern-types.ts';

/** Tells whether an event matches. */
export type EventPattern = (event: unknown) => boolean;

type Fields = (event: unknown) => boolean;

/** Compiles an event pattern; throws `InvalidEventPatternException` with the service's reason. */
export function compilePattern(text: string): EventPattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch (error) {
    throw invalidPattern((error as Error).message);
  }
  if (!isObject(pattern)) throw invalidPattern('Filter is not an object');
  const matches = compileFields(splitNames(pattern) as JsonObject);
  return (event) => matches(splitNames(event));
}

/** A dot in a name means the same as nesting, in patterns and in events. */
function splitNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(splitNames);
  if (!isObject(value)) return value;
  const split: JsonObject = {};
  for (const [name, inner] of Object.entries(value)) {
    const [last, ...path] = name.split('.').reverse();
    let parent = split;
    for (const step of path.reverse()) {
      if (!isObject(parent[step])) parent[step] = {};
      parent = parent[step] as JsonObject;
    }
    parent[last!] = splitNames(inner);
  }
  return split;
}

function compileFields(pattern: JsonObject): Fields {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalidPattern('Empty objects are not allowed');
  const fields = entries.map(([key, value]) =>
    isChoice(key, value) ? compileChoice(value) : compileField(key, value),
  );
  return (event) => inAnyElement(event, (object) => fields.every((field) => field(object)));
}

/** `$or` is a choice where it holds two objects or more; otherwise it is a field like any other. */
function isChoice(key: string, value: unknown): value is JsonObject[] {
  return (
    key === '$or' &&
    Array.isArray(value) &&
    value.length > 1 &&
    value.every(isObject) &&
    !value.some(isMatcher)
  );
}

/** A single operator such as `{"prefix": "a"}` inside `$or` makes it a field of that name. */
function isMatcher(value: JsonObject): boolean {
  return [
    'exists',
    'cidr',
    'prefix',
    'suffix',
    'numeric',
    'anything-but',
    'wildcard',
    'equals-ignore-case',
  ].some((operator) => operator in value);
}

function compileChoice(alternatives: JsonObject[]): Fields {
  const compiled = alternatives.map(compileFields);
  return (event) => compiled.some((matches) => matches(event));
}

function compileField(key: string, value: unknown): Fields {
  if (isObject(value)) {
    const nested = compileFields(value);
    return (event) => nested(member(event, key));
  }
  if (!Array.isArray(value)) throw invalidPattern(`"${key}" must be an object or an array`);
  if (value.length === 0) throw invalidPattern('Empty arrays are not allowed');
  const matchers = value.map((each) => matcherOf(each));
  return (event) => matchers.some((matches) => matchesField(matches, member(event, key)));
}

function matchesField(matcher: FieldMatcher, value: unknown): boolean {
  if (Array.isArray(value)) {
    if (value.length === 0) return matcher(undefined);
    return value.some((element) => matchesField(matcher, element));
  }
  // Only leaves are compared: of an object, nothing is.
  return matcher(isObject(value) ? undefined : value);
}

/** Fields of one pattern object must all hold in the same element of an array. */
function inAnyElement(value: unknown, holds: (value: unknown) => boolean): boolean {
  if (Array.isArray(value) && value.length > 0) return value.some((element) => inAnyElement(element, holds));
  return holds(value);
}

function member(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
