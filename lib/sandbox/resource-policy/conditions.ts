import { type Condition, plainOperator } from './document.ts';

/** Values of condition keys in a request; a key that the request does not have is absent. */
export type RequestKeys = Record<string, string | string[] | undefined>;

type Compare = (actual: string, expected: string) => boolean;

const equals: Compare = (actual, expected) => actual === expected;
const equalsIgnoringCase: Compare = (actual, expected) => actual.toLowerCase() === expected.toLowerCase();
const numbers =
  (holds: (actual: number, expected: number) => boolean): Compare =>
  (actual, expected) =>
    holds(Number(actual), Number(expected));
const dates =
  (holds: (actual: number, expected: number) => boolean): Compare =>
  (actual, expected) =>
    holds(Date.parse(actual), Date.parse(expected));

/** Positive comparisons; a negated operator is the complement of its positive one. */
const positive: Record<string, Compare> = {
  StringEquals: equals,
  StringEqualsIgnoreCase: equalsIgnoringCase,
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: equalsIgnoringCase,
  NumericEquals: numbers((actual, expected) => actual === expected),
  NumericLessThan: numbers((actual, expected) => actual < expected),
  NumericLessThanEquals: numbers((actual, expected) => actual <= expected),
  NumericGreaterThan: numbers((actual, expected) => actual > expected),
  NumericGreaterThanEquals: numbers((actual, expected) => actual >= expected),
  DateEquals: dates((actual, expected) => actual === expected),
  DateLessThan: dates((actual, expected) => actual < expected),
  DateLessThanEquals: dates((actual, expected) => actual <= expected),
  DateGreaterThan: dates((actual, expected) => actual > expected),
  DateGreaterThanEquals: dates((actual, expected) => actual >= expected),
};

const negative: Record<string, Compare> = {
  StringNotEquals: equals,
  StringNotEqualsIgnoreCase: equalsIgnoringCase,
  StringNotLike: like,
  ArnNotEquals: like,
  ArnNotLike: like,
  NumericNotEquals: positive.NumericEquals!,
  DateNotEquals: positive.DateEquals!,
};

/** The operators that are evaluated; a policy with another is refused when it is put. */
export const operators = new Set([...Object.keys(positive), ...Object.keys(negative), 'Null']);

/**
 * Whether a condition holds, after AWS's evaluation logic: several values are alternatives, a negated operator
 * holds where the key is absent, a positive one does not unless it ends in `IfExists`.
 */
export function conditionHolds(condition: Condition, keys: RequestKeys): boolean {
  const operator = plainOperator(condition.operator);
  const actual = valuesOf(keys, condition.key);
  if (operator === 'Null')
    return condition.values.some((value) => (value === 'true') === (actual === undefined));
  const negated = negative[operator];
  const compare = negated ?? positive[operator]!;
  if (actual === undefined || actual.length === 0) {
    const vacuous = condition.operator.startsWith('ForAllValue') || condition.operator.endsWith('IfExists');
    return vacuous || (negated !== undefined && !condition.operator.startsWith('ForAny'));
  }
  const holds = (value: string) => {
    const matches = condition.values.some((expected) => compare(value, expected));
    return negated ? !matches : matches;
  };
  return condition.operator.startsWith('ForAllValue') || (negated && !condition.operator.startsWith('ForAny'))
    ? actual.every(holds)
    : actual.some(holds);
}

/** Condition keys are compared without regard to case. */
function valuesOf(keys: RequestKeys, name: string): string[] | undefined {
  const found = Object.keys(keys).find((key) => key.toLowerCase() === name.toLowerCase());
  const value = found === undefined ? undefined : keys[found];
  return value === undefined || Array.isArray(value) ? value : [value];
}

/** Patterns of policies, compiled at their first use: there are only as many as policies write. */
const compiled = new Map<string, RegExp>();

/** `*` for any text, `?` for one character. */
export function like(text: string, pattern: string): boolean {
  if (pattern === '*') return true;
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
    expression = new RegExp(`^${escaped.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, 's');
    compiled.set(pattern, expression);
  }
  return expression.test(text);
}
