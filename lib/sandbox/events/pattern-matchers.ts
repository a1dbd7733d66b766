import { cidrMatcher } from './pattern-cidr.ts';
import { numericMatcher } from './pattern-numeric.ts';
import { type FieldMatcher, invalidPattern, type JsonObject } from './pattern-types.ts';
import { wildcardMatcher } from './pattern-wildcard.ts';

const operators: Record<string, (operand: unknown) => FieldMatcher> = {
  exists: existsMatcher,
  prefix: (operand) => affixMatcher('prefix', operand),
  suffix: (operand) => affixMatcher('suffix', operand),
  'equals-ignore-case': ignoreCaseMatcher,
  wildcard: wildcardMatcher,
  cidr: cidrMatcher,
  numeric: numericMatcher,
  'anything-but': anythingButMatcher,
};

/** One element of a pattern's array: a value to equal, or an object with one operator. */
export function matcherOf(element: unknown): FieldMatcher {
  if (typeof element !== 'object' || element === null) return (value) => value === element;
  const entries = Object.entries(element as JsonObject);
  if (Array.isArray(element) || entries.length !== 1)
    throw invalidPattern('Only one key allowed in match expression');
  const [name, operand] = entries[0]!;
  const operator = operators[name];
  if (!operator) throw invalidPattern(`Unrecognized match type ${name}`);
  return operator(operand);
}

function existsMatcher(operand: unknown): FieldMatcher {
  if (typeof operand !== 'boolean')
    throw invalidPattern('exists match pattern must be either true or false.');
  return (value) => (value !== undefined) === operand;
}

type Affix = 'prefix' | 'suffix';

function affixMatcher(kind: Affix, operand: unknown): FieldMatcher {
  if (typeof operand === 'object' && operand !== null && 'equals-ignore-case' in operand) {
    const folded = text(
      operand['equals-ignore-case'],
      `equals-ignore-case match pattern must be a string`,
    ).toLowerCase();
    return (value) => typeof value === 'string' && hasAffix(kind, value.toLowerCase(), folded);
  }
  const affix = text(operand, `${kind} match pattern must be a string`);
  return (value) => typeof value === 'string' && hasAffix(kind, value, affix);
}

function hasAffix(kind: Affix, value: string, affix: string): boolean {
  return kind === 'prefix' ? value.startsWith(affix) : value.endsWith(affix);
}

function ignoreCaseMatcher(operand: unknown): FieldMatcher {
  const folded = text(operand, 'equals-ignore-case match pattern must be a string').toLowerCase();
  return (value) => typeof value === 'string' && value.toLowerCase() === folded;
}

/** Matches a field that is there and equals none of what is listed. */
function anythingButMatcher(operand: unknown): FieldMatcher {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    return anythingButOperator(operand as JsonObject);
  }
  const listed = Array.isArray(operand) ? operand : [operand];
  if (listed.length === 0) throw invalidPattern('Empty arrays are not allowed');
  if (!listed.every((value) => typeof value === 'string' || typeof value === 'number')) {
    throw invalidPattern(
      Array.isArray(operand)
        ? 'Inside anything but list, start|null|boolean is not supported.'
        : 'Value of anything-but must be an array or single string/number value.',
    );
  }
  if (new Set(listed.map((value) => typeof value)).size > 1) {
    throw invalidPattern(
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
  }
  return (value) => value !== undefined && !listed.includes(value as string | number);
}

function anythingButOperator(operand: JsonObject): FieldMatcher {
  const entries = Object.entries(operand);
  if (entries.length !== 1) throw invalidPattern('Only one key allowed in match expression');
  const [name, listed] = entries[0]!;
  const forbidden = (Array.isArray(listed) ? listed : [listed]).map((each) => forbiddenMatcher(name, each));
  return (value) => value !== undefined && !forbidden.some((matches) => matches(value));
}

function forbiddenMatcher(name: string, operand: unknown): FieldMatcher {
  switch (name) {
    case 'prefix':
    case 'suffix': {
      if (typeof operand === 'object' && operand !== null) {
        throw invalidPattern('Value of anything-but must be an array or single string/number value.');
      }
      if (text(operand, 'prefix/suffix match pattern must be a string') === '') {
        throw invalidPattern('Null prefix/suffix not allowed');
      }
      return affixMatcher(name, operand);
    }
    case 'equals-ignore-case':
      text(
        operand,
        'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
      );
      return ignoreCaseMatcher(operand);
    case 'wildcard':
      return wildcardMatcher(operand);
    default:
      throw invalidPattern(`Unsupported anything-but pattern: ${name}`);
  }
}

function text(value: unknown, otherwise: string): string {
  if (typeof value !== 'string') throw invalidPattern(otherwise);
  return value;
}
