import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseOptions } from '../../../examples/orders/rehearsal/options.ts';

let said: string;
const write = process.stderr.write;

beforeEach(() => {
  said = '';
  process.stderr.write = ((chunk: string) => {
    said += chunk;
    return true;
  }) as typeof process.stderr.write;
});

afterEach(() => {
  process.stderr.write = write;
});

test('the default is the bad deploy on four shards', () => {
  expect(parseOptions([])).toMatchObject({
    shards: 4,
    keep: false,
    json: false,
    scenario: { name: 'bad-deploy' },
  });
});

describe('wrong use says what was expected and what was got', () => {
  test.each([
    [['--shards', '0'], "expected a whole number from 1 to 16, got '0'"],
    [['--shards', 'four'], "got 'four'"],
    [
      ['--scenario', 'flood'],
      "expected one of bad-deploy, shard-fails, cutover-fails, rollback-twice, got 'flood'",
    ],
    [['--quick'], "unknown option '--quick'"],
    [['now'], 'too many arguments'],
  ])('%j', (args, message) => {
    expect(parseOptions(args)).toEqual({ status: 2 });
    expect(said).toContain(message);
  });
});
