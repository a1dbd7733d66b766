import { describe, expect, test } from '@jest/globals';
import { compilePattern } from '../../../../lib/sandbox/events/pattern.ts';

const event = {
  source: 'aws.rds',
  resources: ['arn:aws:rds:eu-central-1:111122223333:db:orders-shard-0'],
  detail: { state: 'available', lag: 12.5, host: '10.0.3.7', tags: ['a', 'b'], nothing: null, 'x.y': 1 },
};

describe('an event matches', () => {
  test.each([
    ['an exact value', { source: ['aws.rds', 'aws.ec2'] }],
    ['any element of an array', { detail: { tags: ['b'] } }],
    ['null', { detail: { nothing: [null] } }],
    ['a prefix', { resources: [{ prefix: 'arn:aws:rds:' }] }],
    ['a suffix', { resources: [{ suffix: 'shard-0' }] }],
    ['a prefix in any case', { detail: { state: [{ prefix: { 'equals-ignore-case': 'AVA' } }] } }],
    ['anything but', { detail: { state: [{ 'anything-but': ['failed', 'deleting'] }] } }],
    ['anything but a prefix', { detail: { state: [{ 'anything-but': { prefix: 'incompatible-' } }] } }],
    ['a range of numbers', { detail: { lag: [{ numeric: ['>', 10, '<=', 12.5] }] } }],
    ['a field that is there', { detail: { state: [{ exists: true }] } }],
    ['a field that is not there', { detail: { error: [{ exists: false }] } }],
    ['a value in any case', { detail: { state: [{ 'equals-ignore-case': 'AVAILABLE' }] } }],
    ['a wildcard', { resources: [{ wildcard: 'arn:*:db:orders-*' }] }],
    ['an address range', { detail: { host: [{ cidr: '10.0.0.0/16' }] } }],
    ['one of several alternatives', { $or: [{ source: ['aws.ec2'] }, { detail: { state: ['available'] } }] }],
    ['a name with a dot as nesting', { detail: { x: { y: [1] } } }],
  ])('%s', (_, pattern) => {
    expect(compilePattern(JSON.stringify(pattern))(event)).toBe(true);
  });
});

describe('an event does not match', () => {
  test.each([
    ['another value', { source: ['aws.ec2'] }],
    ['one wrong field among right ones', { source: ['aws.rds'], detail: { state: ['failed'] } }],
    ['a number out of range', { detail: { lag: [{ numeric: ['<', 10] }] } }],
    ['a number as text', { detail: { lag: ['12.5'] } }],
    ['a missing field under anything-but', { detail: { error: [{ 'anything-but': 'x' }] } }],
    ['an address outside', { detail: { host: [{ cidr: '192.168.0.0/16' }] } }],
    ['a forbidden wildcard', { detail: { state: [{ 'anything-but': { wildcard: 'av*' } }] } }],
  ])('%s', (_, pattern) => {
    expect(compilePattern(JSON.stringify(pattern))(event)).toBe(false);
  });
});

test('fields of one pattern object hold in the same element of an array', () => {
  const matches = compilePattern('{"detail":{"items":{"name":["a"],"size":[1]}}}');
  expect(
    matches({
      detail: {
        items: [
          { name: 'a', size: 2 },
          { name: 'b', size: 1 },
        ],
      },
    }),
  ).toBe(false);
  expect(
    matches({
      detail: {
        items: [
          { name: 'b', size: 2 },
          { name: 'a', size: 1 },
        ],
      },
    }),
  ).toBe(true);
});

test.each([
  ['{"source":"aws.rds"}', '"source" must be an object or an array'],
  ['{"source":[]}', 'Empty arrays are not allowed'],
  ['{"source":[{"starts-with":"a"}]}', 'Unrecognized match type starts-with'],
  ['{"lag":[{"numeric":[">",5,">",3]}]}', 'Bad numeric range operator: >'],
  ['{"lag":[{"numeric":["<"]}]}', 'Value of < must be numeric'],
  ['{"ip":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
  ['{"arn":[{"wildcard":"a**"}]}', 'Consecutive wildcard characters at pos 2'],
])('the pattern %s is refused: %s', (pattern, reason) => {
  expect(() => compilePattern(pattern)).toThrow(`Event pattern is not valid. Reason: ${reason}`);
});
