import type * as z from 'zod/mini';
import { type ErrorName, RollbackError } from './errors.ts';

/** One thing wrong with what a person or a service sent. */
export interface Fault {
  /** Dotted path to the field, empty for the whole. */
  path: string;
  expected: string;
  got: string;
}

/** Every fault of a value that a schema refused. */
export function faultsOf(error: z.core.$ZodError, value: unknown): Fault[] {
  return error.issues.flatMap((issue) => faults(issue, value));
}

/** The error that says all of a value's faults: what was wrong, what was expected, what was got. */
export function refusal(name: ErrorName, what: string, found: Fault[]): RollbackError {
  const lines = found.map(({ path, expected, got }) => `${path || what}: expected ${expected}, got ${got}`);
  return new RollbackError(name, `${what} is not of the right form. ${lines.join('. ')}.`, {
    details: { faults: found },
  });
}

/** A value as a message shows it: JSON, cut to eighty characters. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function faults(issue: z.core.$ZodIssue, value: unknown): Fault[] {
  const got = show(issue.path.reduce<unknown>(member, value));
  const path = issue.path.join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...issue.path, key].join('.'),
        expected: 'no such field',
        got: show(member(issue.path.reduce<unknown>(member, value), key)),
      }));
    case 'invalid_type':
      return [{ path, expected: article(issue.expected), got }];
    case 'invalid_value':
      return [{ path, expected: issue.values.map((one) => show(one)).join(' or '), got }];
    case 'too_small':
      return [{ path, expected: `at least ${issue.minimum}${unit(issue.origin)}`, got }];
    case 'too_big':
      return [{ path, expected: `at most ${issue.maximum}${unit(issue.origin)}`, got }];
    default:
      return [{ path, expected: issue.message.replace(/^expected /, ''), got }];
  }
}

function member(value: unknown, key: PropertyKey): unknown {
  return value === null || typeof value !== 'object'
    ? undefined
    : (value as Record<PropertyKey, unknown>)[key];
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function article(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}
