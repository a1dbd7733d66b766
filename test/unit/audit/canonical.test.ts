import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CanonicalError,
  canonicalize,
  type Json,
  parseCanonical,
} from '../../../lib/domain/audit/canonical.ts';

const name = fc.stringMatching(/^[a-zA-Z0-9]{1,8}$/);
const text = fc
  .string({ unit: 'grapheme' })
  .filter((value) => value.isWellFormed() && !/\p{Noncharacter_Code_Point}/u.test(value));
const leaf = fc.oneof(fc.maxSafeInteger(), fc.boolean(), fc.constant(null), text);
const value: fc.Arbitrary<any> = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).tree;
const object = fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<{
  [name: string]: Json;
}>;

const codeOf = (line: string | Uint8Array): string | undefined => {
  try {
    parseCanonical(typeof line === 'string' ? Buffer.from(line) : line);
  } catch (error) {
    if (error instanceof CanonicalError) return error.code;
    throw error;
  }
  return undefined;
};

test('what is written is read back the same, and is written the same again', () => {
  fc.assert(
    fc.property(object, (original) => {
      const line = canonicalize(original);
      const read = parseCanonical(Buffer.from(line));
      expect(read).toEqual(original);
      expect(canonicalize(read)).toBe(line);
    }),
  );
});

test('the order in which members were set does not matter', () => {
  fc.assert(
    fc.property(object, (original) => {
      expect(canonicalize(Object.fromEntries(Object.entries(original).reverse()))).toBe(
        canonicalize(original),
      );
    }),
  );
});

test('any byte changed gives either a refusal or another value, never the same one', () => {
  fc.assert(
    fc.property(object, fc.nat(), fc.integer({ min: 1, max: 255 }), (original, at, flip) => {
      const bytes = Buffer.from(canonicalize(original));
      bytes[at % bytes.length]! ^= flip;
      if (codeOf(bytes) === undefined) expect(parseCanonical(bytes)).not.toEqual(original);
    }),
  );
});

test('any bytes at all are read or refused by name', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void codeOf(bytes)));
});

describe('refusals', () => {
  test.each([
    ['{"a":1,"a":1}', 'NONCANONICAL'],
    ['{"a": 1}', 'NONCANONICAL'],
    ['{"b":1,"a":1}', 'NONCANONICAL'],
    ['{"a":1}\r', 'NONCANONICAL'],
    ['{"a":-0}', 'NONCANONICAL'],
    ['{"a":1e2}', 'NONCANONICAL'],
    ['{"a":"\\u0041"}', 'NONCANONICAL'],
    ['{"a":"\\/"}', 'NONCANONICAL'],
    ['{"a":0.5}', 'NUMBER'],
    ['{"a":1e400}', 'NUMBER'],
    ['{"a":9007199254740992}', 'NUMBER'],
    ['{"a":"\\udc00"}', 'UNICODE'],
    ['{"a":"\uffff"}', 'UNICODE'],
    ['{"a-b":1}', 'NAME'],
    ['{"__proto__":1}', 'NAME'],
    ['{"":1}', 'NAME'],
    ['{"a":[[[[[[1]]]]]]}', 'JSON'],
    ['', 'JSON'],
    ['null', 'JSON'],
    ['[1]', 'JSON'],
    ['{"a":1}{}', 'JSON'],
    ['\ufeff{"a":1}', 'JSON'],
  ])('%s: %s', (line, code) => expect(codeOf(line)).toBe(code));

  test('bytes that are not UTF-8', () => {
    expect(codeOf(Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xc3, 0x28), Buffer.from('"}')]))).toBe(
      'UNICODE',
    );
  });
});
