import { describe, expect, test } from '@jest/globals';
import { filterPattern } from '../../../../lib/sandbox/logs/filter-pattern.ts';

describe('a filter pattern', () => {
  test.each([
    ['', 'anything', true],
    ['ERROR', 'an ERROR here', true],
    ['ERROR', 'an error here', false],
    ['"not found" 404', '404: not found', true],
    ['?ERROR ?WARN', 'WARN', true],
    ['ERROR -ignored', 'ERROR ignored', false],
    ['{ $.level = "ERROR" }', '{"level":"ERROR"}', true],
    ['{ $.a.b > 3 && $.c = x* }', '{"a":{"b":4},"c":"xyz"}', true],
    ['{ ($.a = 1) || ($.a = 2) }', '{"a":3}', false],
    ['{ $.level = "ERROR" }', 'no json', false],
  ])('%s on %s is %p', (pattern, message, expected) => {
    expect(filterPattern(pattern)(message)).toBe(expected);
  });

  test.each(['[ip, user]', '{ $.a EXISTS }', '{ $.a = 1 && $.b = 2 || $.c = 3 }'])(
    '%s is refused',
    (pattern) => {
      expect(() => filterPattern(pattern)).toThrow(/The sandbox reads filter patterns of/);
    },
  );
});
