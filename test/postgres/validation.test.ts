import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { validateAcrossShards } from '../../lambdas/validate/validate-across-shards.ts';
import { validateShard } from '../../lambdas/validate/validate-shard.ts';
import { warmUp } from '../../lambdas/validate/warm-up.ts';
import { withSession } from '../../lib/adapters/postgres/connection.ts';
import { violations } from '../../lib/adapters/postgres/invariants.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';
import { noTools, runId, type TestRun, testRun } from './run.ts';
import { master, reader, startShard, type TestServer } from './server.ts';

let clone: TestServer;
beforeAll(async () => {
  clone = await startShard();
}, 60_000);
afterAll(() => clone?.stop());
beforeEach(async () => {
  await clone.sql(
    master,
    'DELETE FROM safe_rollback.heartbeat',
    'INSERT INTO safe_rollback.heartbeat DEFAULT VALUES',
  );
});

const whole = { part: 0, cursor: null };
const run = (policy: Partial<Policy> = {}, restorePoint?: string): TestRun =>
  testRun({ source: clone, clone }, { policy, restorePoint });
const validate = async (ports: TestRun) => {
  let answer = await validateShard.run(ports.request(whole), ports, noTools);
  for (let part = 1; !answer.done; part++)
    answer = await validateShard.run(ports.request({ part, cursor: answer.cursor! }), ports, noTools);
  return answer;
};
const invariant = (sql: string): Partial<Policy> => ({
  invariants: [{ name: 'subject', scope: 'shard', sql }],
});

test('a good clone passes, with its fingerprints and its verdict kept', async () => {
  const ports = run();

  const result = await validate(ports);

  expect(result).toMatchObject({ done: true, verdict: 'pass', checks: 6 });
  expect(ports.documents.all.get(`runs/${runId}/fingerprints/shard-0.json`)).toMatchObject({
    tables: { orders: { rows: '1000' }, ledger_entries: { rows: '0' } },
  });
});

test('in parts it comes to the same fingerprints', async () => {
  const [inOne, inParts] = [run(), run()];
  await validate(inOne);
  let elapsed = 0;
  const slow = { ...inParts, elapsed: () => (elapsed += 30_000) };

  let answer = await validateShard.run(slow.request(whole), slow, noTools);
  let parts = 1;
  while (!answer.done) {
    answer = await validateShard.run(slow.request({ part: parts++, cursor: answer.cursor! }), slow, noTools);
  }

  const key = `runs/${runId}/fingerprints/shard-0.json`;
  expect(parts).toBeGreaterThan(2);
  expect(inParts.documents.all.get(key)).toEqual(inOne.documents.all.get(key));
});

test('only the verdict counts as the shard’s validation on record', () => {
  const target = (cursor: 'judge' | null) => validateShard.target!(run().request({ part: 1, cursor }));

  expect([target(null), target('judge')]).toEqual(['shard-0.1', 'shard-0']);
});

test('warming up goes over every table', async () => {
  const ports = run();

  const result = await warmUp.run(ports.request(whole), ports, noTools);

  expect(result).toMatchObject({ done: true, ranges: 2 });
});

describe('a clone fails where', () => {
  test('an invariant is violated; the rows are kept apart from the message', async () => {
    const ports = run(invariant('SELECT id, note FROM orders WHERE id <= 3'));

    await expect(validate(ports)).rejects.toMatchObject({
      name: 'ValidationFailed',
      message: 'Shard shard-0: invariant subject: 3 rows violate it.',
    });
    expect(JSON.stringify(ports.documents.all.get(`runs/${runId}/validation/shard-0.json`))).toContain(
      'order 3',
    );
  });

  test('its newest heartbeat is after the restore point, or long before it', async () => {
    const early = run({}, new Date(Date.now() - 60_000).toISOString());
    const late = run({}, new Date(Date.now() + 3_600_000).toISOString());

    await expect(validate(early)).rejects.toMatchObject({ name: 'ValidationFailed' });
    await expect(validate(late)).rejects.toMatchObject({
      name: 'ValidationFailed',
      message: expect.stringContaining('before the restore point'),
    });
  });

  test('a sequence has no room to be set ahead', async () => {
    await clone.sql(master, `CREATE SEQUENCE narrow MAXVALUE 100`, `SELECT nextval('narrow')`);

    await expect(validate(run())).rejects.toMatchObject({
      message: expect.stringContaining('"public"."narrow"'),
    });
    await clone.sql(master, 'DROP SEQUENCE narrow');
  });
});

describe('it is inconclusive where', () => {
  test.each([
    ['a query is wrong', 'SELECT nothing FROM orders', '42703'],
    ['a query tries to write', `SELECT setval('orders_id_seq', 1)`, '42501'],
    ['a query takes too long', 'SELECT pg_sleep(5)', '57014'],
  ])('%s', async (_, sql, state) => {
    const ports = run(invariant(sql));
    if (state === '57014') {
      const session = withSession(
        clone.at(),
        reader,
        { applicationName: 'test', readOnly: true, statementTimeoutMs: 100 },
        (short) => violations(short, sql),
      );
      await expect(session).rejects.toMatchObject({ sqlState: state });
      return;
    }
    await expect(validate(ports)).rejects.toMatchObject({
      name: 'ValidationInconclusive',
      message: expect.stringContaining(`SQLSTATE ${state}`),
    });
  });

  test('a planned table is not there', async () => {
    await expect(validate(run({ tables: ['orders', 'absent'] }))).rejects.toMatchObject({
      name: 'ValidationInconclusive',
      message: expect.stringContaining('table absent: there is no such table'),
    });
  });

  test('row-level security hides rows from the reader', async () => {
    await clone.sql(
      master,
      'CREATE TABLE hidden AS SELECT 1 AS id',
      'ALTER TABLE hidden ENABLE ROW LEVEL SECURITY',
    );

    await expect(validate(run({ tables: ['hidden'] }))).rejects.toMatchObject({
      name: 'ValidationInconclusive',
      message: expect.stringContaining('table hidden: SQLSTATE 42501'),
    });
    await expect(validate(run(invariant('SELECT * FROM hidden WHERE false')))).rejects.toMatchObject({
      name: 'ValidationInconclusive',
    });
  });

  test('there is no heartbeat at all', async () => {
    await clone.sql(master, 'DELETE FROM safe_rollback.heartbeat');

    await expect(validate(run())).rejects.toMatchObject({ name: 'ValidationInconclusive' });
  });
});

test('a read-only session cannot be talked into writing', async () => {
  const attempt = (sql: string) =>
    withSession(clone.at(), master, { applicationName: 'test', readOnly: true }, (session) =>
      violations(session, sql),
    );

  await expect(attempt('DELETE FROM orders RETURNING id')).rejects.toMatchObject({ sqlState: '42601' });
  await expect(
    attempt('WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone'),
  ).rejects.toMatchObject({
    sqlState: '0A000',
  });
  await expect(attempt('SELECT 1) AS a; DELETE FROM orders; SELECT (1')).rejects.toMatchObject({
    sqlState: '42601',
  });
  await expect(
    attempt(`SELECT set_config('transaction_read_only', 'off', false), nextval('orders_id_seq')`),
  ).rejects.toMatchObject({ sqlState: expect.stringMatching(/^25/) });
  await expect(clone.sql(master, 'SELECT count(*)::int AS rows FROM orders')).resolves.toEqual([
    { rows: 1000 },
  ]);
});

describe('across shards', () => {
  const across = (ports: TestRun) => validateAcrossShards.run(ports.request({}), ports, noTools);

  test('a transfer with one half on the clone is listed and accounted for', async () => {
    await clone.sql(
      master,
      `INSERT INTO ledger_entries (transfer_id, amount) VALUES ('whole', 5), ('whole', -5), ('torn', 7.50)`,
    );

    await expect(across(run())).resolves.toMatchObject({ totals: 1, straddling: 1 });
  });

  test('a sum that its straddling transfers do not explain fails', async () => {
    const [only] = run().databases.options.policy.totals;

    await expect(across(run({ totals: [{ ...only!, expected: '1' }] }))).rejects.toMatchObject({
      name: 'ValidationFailed',
    });
  });

  test('a transfer torn long before the restore point is damage', async () => {
    const [only] = run().databases.options.policy.totals;
    const dated = `SELECT transfer_id, sum(amount) AS amount, now() - interval '1 hour' AS at
                   FROM ledger_entries GROUP BY 1 HAVING sum(amount) <> 0`;

    await expect(across(run({ totals: [{ ...only!, straddling: dated }] }))).rejects.toMatchObject({
      name: 'ValidationFailed',
      message: expect.stringContaining('with 0 straddling transfers'),
    });
  });

  test('unless an earlier rollback went back to that moment and tore it', async () => {
    const [only] = run().databases.options.policy.totals;
    const dated = `SELECT transfer_id, sum(amount) AS amount, now() - interval '1 hour' AS at
                   FROM ledger_entries GROUP BY 1 HAVING sum(amount) <> 0`;
    const ports = testRun(
      { source: clone, clone },
      {
        policy: { totals: [{ ...only!, straddling: dated }] },
        restoredBefore: [new Date(Date.now() - 3600_000).toISOString()],
      },
    );

    await expect(across(ports)).resolves.toMatchObject({ straddling: 1 });
  });

  test('a total that is not one number is inconclusive', async () => {
    const [only] = run().databases.options.policy.totals;

    await expect(across(run({ totals: [{ ...only!, sql: 'SELECT 1, 2' }] }))).rejects.toMatchObject({
      name: 'ValidationInconclusive',
    });
  });
});
