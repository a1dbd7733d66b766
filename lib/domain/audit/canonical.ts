import canonicalizeModule from 'canonicalize';

/**
 * Canonical JSON (RFC 8785), narrowed: integers in the safe range only, names of letters and digits,
 * well-formed Unicode, depth at most 6. What is signed are bytes; that they are canonical is strictness,
 * so that two readers can never read one record differently.
 */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export type CanonicalCode = 'JSON' | 'NONCANONICAL' | 'NUMBER' | 'UNICODE' | 'NAME';

export class CanonicalError extends Error {
  override readonly name = 'CanonicalError';
  readonly code: CanonicalCode;
  readonly expected: string;
  readonly got: string;

  constructor(code: CanonicalCode, message: string, expected: string, got: string) {
    super(message);
    this.code = code;
    this.expected = expected;
    this.got = got;
  }
}

const maxDepth = 6;

/** The package is CommonJS: the imported default is its function, while its types speak of a module. */
const serialise = canonicalizeModule as unknown as (value: unknown) => string;

/** Serialises a value to its one canonical line. Throws `CanonicalError` for what the format excludes. */
export function canonicalize(value: Json): string {
  check(value, '$', 0);
  return serialise(value);
}

/** Parses bytes that must be the canonical form of an object. Throws `CanonicalError`. */
export function parseCanonical(bytes: Uint8Array): { [name: string]: Json } {
  const text = decode(bytes);
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CanonicalError(
      'JSON',
      'The line is not JSON.',
      'one JSON object',
      String((error as Error).message),
    );
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new CanonicalError('JSON', 'The line is not an object.', 'one JSON object', clip(text));
  }
  const canonical = canonicalize(value);
  // JSON.parse keeps the last of two equal names: such a line is longer than its canonical form.
  if (canonical !== text) {
    const at = firstDifference(canonical, text);
    throw new CanonicalError(
      'NONCANONICAL',
      'The line is not its own canonical form: spaces, order, escapes or a name given twice.',
      clip(canonical.slice(at)),
      clip(text.slice(at)),
    );
  }
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CanonicalError('UNICODE', 'The line is not UTF-8.', 'UTF-8', 'other bytes');
  }
}

function check(value: unknown, path: string, depth: number): void {
  if (typeof value === 'string') {
    checkText(value, path);
    return;
  }
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return;
    throw new CanonicalError(
      'NUMBER',
      `${path} is not a safe integer.`,
      'an integer within ±(2^53 − 1)',
      String(value),
    );
  }
  if (value === null || typeof value === 'boolean') return;
  if (typeof value !== 'object') {
    throw new CanonicalError('JSON', `${path} is not JSON.`, 'a JSON value', typeof value);
  }
  if (depth >= maxDepth) {
    throw new CanonicalError('JSON', `${path} is nested too deeply.`, `depth at most ${maxDepth}`, 'deeper');
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      check(item, `${path}[${index}]`, depth + 1);
    });
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (!/^[a-zA-Z0-9]+$/.test(name)) {
      throw new CanonicalError(
        'NAME',
        `${path} has a name outside the format.`,
        'letters and digits',
        clip(name),
      );
    }
    check(member, `${path}.${name}`, depth + 1);
  }
}

function checkText(text: string, path: string): void {
  if (text.isWellFormed() && !/\p{Noncharacter_Code_Point}/u.test(text)) return;
  throw new CanonicalError(
    'UNICODE',
    `${path} is not well-formed Unicode.`,
    'assignable characters',
    escaped(text),
  );
}

function escaped(text: string): string {
  return clip(
    text.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

function firstDifference(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at;
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
