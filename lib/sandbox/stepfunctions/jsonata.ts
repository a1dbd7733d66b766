import { createHash, randomUUID } from 'node:crypto';
import jsonata from 'jsonata';
import type { Json } from './json.ts';

/** Why an expression gave no JSON value, in the words of Step Functions; the caller adds where it stands. */
export class ExpressionError extends Error {
  readonly problem: string;

  constructor(problem: string) {
    super(problem);
    this.name = 'ExpressionError';
    this.problem = problem;
  }
}

type Expression = ReturnType<typeof jsonata>;

const compiled = new Map<string, Expression>();
const runaway = { timeout: 10_000, stack: 1_000 };

const hashAlgorithms: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The functions that Step Functions adds to JSONata, with JSONata's own signatures of their arguments. */
const functions: Record<string, { run: (...args: any[]) => unknown; signature: string }> = {
  partition: {
    signature: '<an:a>',
    run: (items: Json[], size: number) => {
      if (!Number.isInteger(size) || size < 1)
        throw { message: `The size of a partition must be a positive integer but was ${size}` };
      const parts: Json[][] = [];
      for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
      return parts;
    },
  },
  range: {
    signature: '<nnn:a<n>>',
    run: (first: number, last: number, step: number) => {
      if (step === 0) throw { message: 'The step of a range must not be 0' };
      const numbers: number[] = [];
      for (let value = first; step > 0 ? value <= last : value >= last; value += step) numbers.push(value);
      // A sequence in JSONata's sense, as `[1..9]` is one: of a single number it becomes that number.
      return Object.defineProperty(numbers, 'sequence', { value: true });
    },
  },
  hash: {
    signature: '<ss:s>',
    run: (text: string, algorithm: string) => {
      const name = hashAlgorithms[algorithm];
      if (!name) {
        throw {
          message: `Unknown hash algorithm ${algorithm}, expected one of ${Object.keys(hashAlgorithms).join(', ')}`,
        };
      }
      return createHash(name).update(text, 'utf8').digest('hex');
    },
  },
  uuid: { signature: '<:s>', run: () => randomUUID() },
  parse: { signature: '<s:x>', run: (text: string) => JSON.parse(text) },
  random: {
    signature: '<n?:n>',
    run: (seed?: number) => (seed === undefined ? Math.random() : seeded(seed)),
  },
};

/** The same number in [0, 1) for the same seed (mulberry32). */
function seeded(seed: number): number {
  let mixed = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

/** The expression inside `{% … %}`, or undefined where the string is plain text. */
export function expressionOf(text: string): string | undefined {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4
    ? text.slice(2, -2).trim()
    : undefined;
}

/** Compiles an expression, once for each text. Throws the parser's error where it is malformed. */
export function compile(text: string): Expression {
  let expression = compiled.get(text);
  if (!expression) {
    expression = jsonata(text, runaway as never);
    for (const [name, { run, signature }] of Object.entries(functions)) {
      expression.registerFunction(name, run, signature);
    }
    // Step Functions refuses to evaluate text that was made at run time.
    expression.assign('eval', undefined);
    compiled.set(text, expression);
  }
  return expression;
}

/** Evaluates an expression to a JSON value. Throws `ExpressionError`. */
export async function evaluate(text: string, bindings: Record<string, unknown>): Promise<Json> {
  let result: unknown;
  try {
    result = await compile(text).evaluate(undefined, bindings);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new ExpressionError(`threw an error during evaluation. ${code ? `${code}: ` : ''}${message}`);
  }
  if (result === undefined) throw new ExpressionError('returned nothing (undefined).');
  return toJson(result);
}

/** Plain JSON from what JSONata returns: its sequences and null-prototype objects copied, functions refused. */
function toJson(value: any): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      break;
    case 'object': {
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(toJson);
      if (value._jsonata_lambda || value._jsonata_function) break;
      const copy: Record<string, Json> = {};
      for (const key of Object.keys(value)) if (value[key] !== undefined) copy[key] = toJson(value[key]);
      return copy;
    }
  }
  throw new ExpressionError('returned an unsupported result type.');
}
