import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withSession } from '../../lib/adapters/postgres/connection.ts';
import { fingerprintBlocks } from '../../lib/adapters/postgres/fingerprint.ts';
import { relationsOf } from '../../lib/adapters/postgres/relations.ts';
import { combined, type Fingerprint, noRows } from '../../lib/domain/validation/fingerprint.ts';
import { master, reader, startShard, type TestServer } from './server.ts';

let shard: TestServer;
beforeAll(async () => {
  shard = await startShard();
}, 60_000);
afterAll(() => shard?.stop());
beforeEach(() => shard.sql(master, 'DROP TABLE IF EXISTS subject CASCADE').then(() => undefined));

/** Of the whole table, in ranges of `blocks`. */
const fingerprint = (table = 'subject', { blocks = 1_000_000, seed = '7' } = {}): Promise<Fingerprint> =>
  withSession(shard.at(), reader, { applicationName: 'test', readOnly: true }, async (session) => {
    let sum = noRows;
    for (const relation of await relationsOf(session, table))
      for (let from = 0; from === 0 || from < relation.blocks; from += blocks) {
        const to = from + blocks < relation.blocks ? from + blocks : undefined;
        sum = combined(sum, await fingerprintBlocks(session, relation, { from, to }, seed));
      }
    return sum;
  });

/** Whether the fingerprint differs after `change`. */
async function differs(create: string[], change: string): Promise<boolean> {
  await shard.sql(master, ...create);
  const before = await fingerprint();
  await shard.sql(master, change);
  const after = await fingerprint();
  return before.xor !== after.xor || before.sum !== after.sum || before.rows !== after.rows;
}

const table = (type: string, value: string) => [
  `CREATE TABLE subject (id int, value ${type})`,
  `INSERT INTO subject SELECT i, ${value} FROM generate_series(1, 100) i`,
];

test('finds one changed row among thousands', async () => {
  const create = [
    'CREATE TABLE subject (id int, note text, total numeric(12,2))',
    `INSERT INTO subject SELECT i, 'n' || i, i FROM generate_series(1, 20000) i`,
  ];

  expect(await differs(create, 'UPDATE subject SET total = total + 0.01 WHERE id = 12345')).toBe(true);
});

test('is the same for the same rows in another order, and in other ranges', async () => {
  await shard.sql(master, 'CREATE TABLE subject (id int, note text)');
  await shard.sql(
    master,
    `INSERT INTO subject SELECT i, repeat('x', i % 90) FROM generate_series(1, 5000) i`,
  );
  const before = await fingerprint();
  await shard.sql(master, 'CREATE TABLE copy AS SELECT * FROM subject ORDER BY id DESC');
  await shard.sql(master, 'DROP TABLE subject', 'ALTER TABLE copy RENAME TO subject');

  expect(before.rows).toBe('5000');
  expect(await fingerprint()).toEqual(before);
  expect(await fingerprint('subject', { blocks: 7 })).toEqual(before);
});

test('sees a pair of equal rows that replaces another pair', async () => {
  const pair = (value: string) => `(1, '${value}'), (1, '${value}')`;
  const create = ['CREATE TABLE subject (id int, value text)', `INSERT INTO subject VALUES ${pair('a')}`];

  expect(await differs(create, `UPDATE subject SET value = 'b'`)).toBe(true);
});

describe('works with types that have no hash of their own', () => {
  test.each([
    ['json', `'{"a":1}'::json`, `'{"a": 1}'`],
    ['xml', `'<a/>'::xml`, `'<b/>'`],
    ['tsvector', `'fat cat'::tsvector`, `'fat rat'`],
    ['point', `'(1,2)'::point`, `'(1,3)'`],
    ['money', '1::money', '2::money'],
    ['bit varying', `'101'::varbit`, `'100'`],
    ['json[]', `ARRAY['{"a":1}']::json[]`, `ARRAY['{"a":2}']::json[]`],
    ['pg_snapshot', `'10:20:'::pg_snapshot`, `'10:21:'`],
  ])('%s', async (type, value, other) => {
    expect(await differs(table(type, value), `UPDATE subject SET value = ${other} WHERE id = 50`)).toBe(true);
  });
});

describe('tells apart what the type’s own hash calls equal', () => {
  test.each([
    ['numeric', '1.0', '1.00'],
    ['jsonb', `'1'::jsonb`, `'1.0'::jsonb`],
    ['float8', `'0'::float8`, `'-0'::float8`],
    ['interval', `'30 days'::interval`, `'1 mon'::interval`],
    ['int[]', `'{1,2}'::int[]`, `'[2:3]={1,2}'::int[]`],
    ['bpchar', `'a'::bpchar`, `'a  '::bpchar`],
    ['text', 'NULL', `''`],
    ['numeric', 'NULL', `0`],
  ])('%s %s and %s', async (type, value, other) => {
    expect(await differs(table(type, value), `UPDATE subject SET value = ${other} WHERE id = 50`)).toBe(true);
  });

  test('text under a collation that ignores case', async () => {
    const create = [
      `CREATE COLLATION IF NOT EXISTS nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
      ...table('text COLLATE nocase', `'abc'`),
    ];

    expect(await differs(create, `UPDATE subject SET value = 'ABC' WHERE id = 50`)).toBe(true);
  });
});

test('counts the rows of all partitions, each once', async () => {
  await shard.sql(
    master,
    'CREATE TABLE subject (id int, note text) PARTITION BY RANGE (id)',
    'CREATE TABLE subject_low PARTITION OF subject FOR VALUES FROM (0) TO (50)',
    'CREATE TABLE subject_high PARTITION OF subject FOR VALUES FROM (50) TO (200)',
    `INSERT INTO subject SELECT i, 'x' FROM generate_series(1, 120) i`,
  );

  expect((await fingerprint()).rows).toBe('120');
});

test('depends on the seed', async () => {
  await shard.sql(master, ...table('text', `'a'`));

  expect((await fingerprint('subject', { seed: '1' })).sum).not.toBe(
    (await fingerprint('subject', { seed: '2' })).sum,
  );
});

test('a table under row-level security is an error, not a table of no rows', async () => {
  await shard.sql(
    master,
    ...table('text', `'a'`),
    'ALTER TABLE subject ENABLE ROW LEVEL SECURITY',
    'CREATE POLICY nobody ON subject USING (false)',
  );

  await expect(fingerprint()).rejects.toMatchObject({ name: 'StatementFailed', sqlState: '42501' });
});
