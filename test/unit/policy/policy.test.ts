import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { RollbackError } from '../../../lib/domain/errors.ts';
import { durationSeconds } from '../../../lib/domain/policy/duration.ts';
import {
  classArmedForAlarm,
  classOf,
  parsePolicy,
  policyJsonSchema,
  wavesOf,
} from '../../../lib/domain/policy/policy.ts';
import { faultOfQuery } from '../../../lib/domain/policy/sql.ts';

const root = join(import.meta.dirname, '../../..');
const example = () => parse(readFileSync(join(root, 'examples/orders/rollback.yaml'), 'utf8'));

/** The example with one thing changed. */
function changed(change: (policy: any) => void): unknown {
  const policy = example();
  change(policy);
  return policy;
}

function faultsOf(value: unknown): { path: string; expected: string; got: string }[] {
  try {
    parsePolicy(value);
  } catch (error) {
    expect(error).toBeInstanceOf(RollbackError);
    expect((error as RollbackError).name).toBe('InvalidPolicy');
    return (error as RollbackError).details.faults as never;
  }
  return [];
}

test('the example’s policy is of the right form', () => {
  expect(parsePolicy(example()).cluster).toBe('orders');
});

test('the published schema is that of the code', () => {
  const published = JSON.parse(readFileSync(join(root, 'schema/rollback.schema.json'), 'utf8'));

  expect(published).toEqual(JSON.parse(JSON.stringify(policyJsonSchema())));
});

describe('a wrong policy is refused, saying where, what was expected and what was got', () => {
  test.each<[string, (policy: any) => void, string, string]>([
    [
      'an unknown field',
      (p) => {
        p.colour = 'red';
      },
      'colour',
      'no such field',
    ],
    [
      'an unknown field deep inside',
      (p) => {
        p.cutover.speed = 9;
      },
      'cutover.speed',
      'no such field',
    ],
    [
      'another version',
      (p) => {
        p.version = 2;
      },
      'version',
      '1',
    ],
    [
      'no cluster',
      (p) => {
        delete p.cluster;
      },
      'cluster',
      'a string',
    ],
    [
      'capital letters',
      (p) => {
        p.cluster = 'Orders';
      },
      'cluster',
      'small letters',
    ],
    [
      'two hyphens',
      (p) => {
        p.cluster = 'or--ders';
      },
      'cluster',
      'single hyphens',
    ],
    [
      'another engine',
      (p) => {
        p.engine = 'oracle';
      },
      'engine',
      'rds-postgres',
    ],
    [
      'an account as a number',
      (p) => {
        p.residency.accounts = [111122223333];
      },
      'residency.accounts.0',
      'a string',
    ],
    [
      'a short account',
      (p) => {
        p.residency.accounts = ['123'];
      },
      'residency.accounts.0',
      'twelve digits',
    ],
    [
      'no Region',
      (p) => {
        p.residency.regions = [];
      },
      'residency.regions',
      'at least 1',
    ],
    [
      'a zone of another Region',
      (p) => {
        p.network.availabilityZones = ['us-east-1a'];
      },
      'network.availabilityZones.0',
      'a zone in eu-central-1',
    ],
    [
      'a bad range',
      (p) => {
        p.network.operators = ['10.0.0.300/8'];
      },
      'network.operators.0',
      'an IPv4 range',
    ],
    [
      'no shards',
      (p) => {
        p.shards = [];
      },
      'shards',
      'at least 1',
    ],
    [
      'a shard twice',
      (p) => {
        p.shards[1].name = 'shard-0';
      },
      'shards.1.name',
      'only once',
    ],
    [
      'a record twice',
      (p) => {
        p.shards[1].record = p.shards[0].record;
      },
      'shards.1.record',
      'only once',
    ],
    [
      'a record outside the zone',
      (p) => {
        p.shards[2].record = 'shard-2.example.com';
      },
      'shards.2.record',
      'within zone orders.internal',
    ],
    [
      'a record whose name only ends alike',
      (p) => {
        p.shards[2].record = 'shard-2.suborders.internal';
      },
      'shards.2.record',
      'within zone',
    ],
    [
      'names too long for RDS',
      (p) => {
        p.cluster = 'a'.repeat(30);
        p.shards[0].name = 'b'.repeat(30);
        p.canary = [p.shards[0].name];
      },
      'shards.0.name',
      '53 characters',
    ],
    [
      'no canary',
      (p) => {
        p.canary = [];
      },
      'canary',
      'at least 1',
    ],
    [
      'a canary that is no shard',
      (p) => {
        p.canary = ['shard-9'];
      },
      'canary.0',
      'the name of a shard',
    ],
    [
      'no class',
      (p) => {
        p.classes = {};
      },
      'classes',
      'at least one class',
    ],
    [
      'an unknown class',
      (p) => {
        p.classes.network = p.classes.data;
      },
      'classes.network',
      'no such field',
    ],
    [
      'two classes for alarms',
      (p) => {
        p.classes.full.preauthorised = ['alarm'];
      },
      'classes',
      'at most one class',
    ],
    [
      'an unknown trigger',
      (p) => {
        p.classes.data.preauthorised = ['moon'];
      },
      'classes.data.preauthorised.0',
      '"alarm"',
    ],
    [
      'a quorum of nobody',
      (p) => {
        p.classes.data.approval.quorum = 0;
      },
      'classes.data.approval.quorum',
      'at least 1',
    ],
    [
      'half a person',
      (p) => {
        p.classes.data.approval.quorum = 1.5;
      },
      'classes.data.approval.quorum',
      'int',
    ],
    [
      'a duration without a unit',
      (p) => {
        p.classes.data.rto = '30';
      },
      'classes.data.rto',
      'a duration',
    ],
    [
      'a negative margin',
      (p) => {
        p.restorePoint.marginSeconds = -1;
      },
      'restorePoint.marginSeconds',
      'at least 0',
    ],
    [
      'a fence that outlives its function',
      (p) => {
        p.cutover.fenceTimeoutSeconds = 300;
      },
      'cutover.fenceTimeoutSeconds',
      'at most 100',
    ],
    [
      'another moment to freeze',
      (p) => {
        p.cutover.freeze = 'never';
      },
      'cutover.freeze',
      '"before-move" or "declaration"',
    ],
    [
      'waves that leave nothing to the last',
      (p) => {
        p.cutover.waves = [1, 3, 1];
      },
      'cutover.waves',
      'leave at least one',
    ],
    [
      'an invariant that writes',
      (p) => {
        p.invariants[0].sql = 'DELETE FROM orders';
      },
      'invariants.0.sql',
      'a SELECT',
    ],
    [
      'two statements',
      (p) => {
        p.invariants[0].sql = 'SELECT 1; SELECT 2';
      },
      'invariants.0.sql',
      'one statement',
    ],
    [
      'a CTE that writes',
      (p) => {
        p.totals[0].sql = 'WITH x AS (DELETE FROM a RETURNING *) SELECT 1 FROM x';
      },
      'totals.0.sql',
      'without DELETE',
    ],
    [
      'an expected sum as a number',
      (p) => {
        p.totals[0].expected = 0;
      },
      'totals.0.expected',
      'a string',
    ],
    [
      'an invariant twice',
      (p) => {
        p.invariants[1].name = p.invariants[0].name;
      },
      'invariants.1.name',
      'only once',
    ],
    [
      'no tables',
      (p) => {
        p.tables = [];
      },
      'tables',
      'at least 1',
    ],
  ])('%s', (_what, change, path, expected) => {
    const faults = faultsOf(changed(change));

    expect(faults.map((fault) => fault.path)).toContain(path);
    expect(faults.find((fault) => fault.path === path)!.expected).toContain(expected);
    expect(faults.every(({ got }) => got.length > 0)).toBe(true);
  });

  test.each([[null], ['text'], [[]], [undefined]])('%p instead of a policy', (value) => {
    expect(faultsOf(value)).toMatchObject([{ path: '', expected: 'an object' }]);
  });

  test('says every fault at once', () => {
    const faults = faultsOf(
      changed((p) => {
        p.version = 2;
        p.tables = [];
        p.colour = 'red';
      }),
    );

    expect(faults.map(({ path }) => path).sort()).toEqual(['colour', 'tables', 'version']);
  });
});

describe('queries', () => {
  test.each([
    ['select 1'],
    ['  WITH a AS (SELECT 1) SELECT * FROM a;  '],
    ["SELECT 'DELETE; now' FROM t -- update; this"],
    ['SELECT "update" FROM t /* ; drop */'],
    ['SELECT $$insert; into$$'],
  ])('%s only reads', (sql) => expect(faultOfQuery(sql)).toBeUndefined());

  test.each([
    ['UPDATE t SET a = 1'],
    ['SELECT 1; DROP TABLE t'],
    ['SELECT * INTO copy FROM t'],
    ['SELECT * FROM t FOR UPDATE'],
    ['EXPLAIN SELECT 1'],
    [''],
  ])('%s does not', (sql) => expect(faultOfQuery(sql)).toEqual(expect.any(String)));
});

describe('what a policy means', () => {
  test('waves begin with the canary, and the last takes the rest', () => {
    const policy = parsePolicy(
      changed((p) => {
        p.canary = ['shard-2'];
        p.cutover.waves = [1, 1, 1];
      }),
    );

    expect(wavesOf(policy)).toEqual([['shard-2'], ['shard-0'], ['shard-1', 'shard-3']]);
  });

  test('one class is armed for alarms, or none', () => {
    expect(classArmedForAlarm(parsePolicy(example()))).toBe('data');
    expect(
      classArmedForAlarm(
        parsePolicy(
          changed((p) => {
            p.classes.data.preauthorised = [];
          }),
        ),
      ),
    ).toBeUndefined();
  });

  test.each(['network', 'constructor', 'deploy'])('class %s is not of this policy', (name) => {
    expect(() => classOf(parsePolicy(example()), name)).toThrow(
      /class: expected one that the policy has, data or full/,
    );
  });

  test.each([
    ['90s', 90],
    ['30m', 1800],
    ['2h', 7200],
    ['1d', 86_400],
  ])('%s is %d seconds', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });
});
