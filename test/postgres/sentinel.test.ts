import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type LastGood, pass, type SentinelPorts } from '../../lambdas/sentinel/pass.ts';
import { withSession } from '../../lib/adapters/postgres/connection.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';
import { MemoryDocuments, testPolicy } from './run.ts';
import { application, master, reader, startShard, type TestServer } from './server.ts';

const key = 'sentinel/orders/last-good.json';

let shards: TestServer[];
beforeAll(async () => {
  const first = await startShard();
  shards = [first, await first.clone()];
}, 90_000);
afterAll(() => Promise.all((shards ?? []).map((shard) => shard.stop())));
beforeEach(async () => {
  // A heartbeat from a minute ago, as an earlier pass leaves it.
  for (const shard of shards)
    await shard.sql(
      master,
      'DELETE FROM safe_rollback.heartbeat',
      `INSERT INTO safe_rollback.heartbeat (at) VALUES (now() - interval '1 minute')`,
    );
});

/** A sentinel over both shards; `shard-1` can be out of reach. */
function sentinel(policy: Partial<Policy> = {}, { reachable = true } = {}) {
  const documents = new MemoryDocuments();
  const emitted: unknown[] = [];
  const warned: string[] = [];
  const ports: SentinelPorts = {
    policy: testPolicy({
      shards: ['shard-0', 'shard-1'].map((name) => ({ name, record: `${name}.orders.internal` })),
      ...policy,
    }),
    documents,
    gauges: { emit: (dimensions, values) => emitted.push({ ...dimensions, ...values }) },
    reader: async () => reader,
    server: async (record) => {
      const index = Number(/^shard-(\d)/.exec(record)![1]);
      return index === 1 && !reachable ? { ...shards[1]!.at(), port: 1 } : shards[index]!.at();
    },
    log: { info: () => undefined, warn: (message) => warned.push(message) },
  };
  return { ports, documents, emitted, warned };
}

test('a pass that is good on every shard is kept with the database’s time from before its checks', async () => {
  const { ports, documents, emitted } = sentinel();
  const [before] = await shards[0]!.sql(master, 'SELECT clock_timestamp() AS at');

  await expect(pass(ports)).resolves.toEqual({ good: true, violations: 0 });

  const kept = documents.all.get(key) as LastGood;
  const [beats] = await shards[0]!.sql(
    master,
    `SELECT count(*)::int AS rows, bool_and(at > '${kept.shards['shard-0']!.at}') AS after FROM safe_rollback.heartbeat
     WHERE at > now() - interval '30 seconds'`,
  );
  expect(Object.keys(kept.shards)).toEqual(['shard-0', 'shard-1']);
  expect(Date.parse(kept.at)).toBeGreaterThanOrEqual(before.at.getTime());
  expect(beats).toEqual({ rows: 1, after: true });
  expect(emitted).toContainEqual({
    Cluster: 'orders',
    InvariantViolations: 0,
    SentinelPass: 1,
    ReplicationLagSeconds: 0,
  });
});

test('damage on one shard is counted, and the last good pass stays what it was', async () => {
  const { ports, documents, emitted } = sentinel();
  await pass(ports);
  const good = documents.all.get(key);
  await shards[1]!.sql(application, 'UPDATE orders SET total = -total WHERE id <= 2');

  await expect(pass(ports)).resolves.toEqual({ good: false, violations: 2 });

  expect(documents.all.get(key)).toEqual(good);
  expect(emitted).toContainEqual({
    Cluster: 'orders',
    Shard: 'shard-1',
    InvariantViolations: 2,
    ReplicationLagSeconds: 0,
  });
  await shards[1]!.sql(application, 'UPDATE orders SET total = abs(total)');
});

describe('what it cannot see is no violation, and no good pass', () => {
  test.each([
    ['a shard out of reach', {}, { reachable: false }],
    [
      'a query that is wrong',
      { invariants: [{ name: 'wrong', scope: 'shard' as const, sql: 'SELECT nothing' }] },
      {},
    ],
    [
      'a query that takes too long',
      {
        invariants: [{ name: 'slow', scope: 'shard' as const, sql: 'SELECT pg_sleep(3)' }],
        sentinel: { statementTimeoutMs: 200 },
      },
      {},
    ],
  ])('%s', async (_, policy, reach) => {
    const { ports, documents, emitted, warned } = sentinel(policy, reach);

    await expect(pass(ports)).resolves.toEqual({ good: false, violations: 0 });

    expect(documents.all.size).toBe(0);
    expect(warned.length).toBeGreaterThan(0);
    expect(emitted).toContainEqual(expect.objectContaining({ SentinelPass: 0, InvariantViolations: 0 }));
  });
});

test('a fenced shard can be watched as before', async () => {
  await shards[0]!.sql(master, 'ALTER ROLE orders_app NOLOGIN');

  await expect(pass(sentinel().ports)).resolves.toMatchObject({ good: true });
  await shards[0]!.sql(master, 'ALTER ROLE orders_app LOGIN');
});

test('the first pass of all leaves no restore point: nothing would date a clone of that moment', async () => {
  await shards[0]!.sql(master, 'DELETE FROM safe_rollback.heartbeat');
  const { ports, documents } = sentinel();

  await expect(pass(ports)).resolves.toMatchObject({ good: true });

  expect(documents.all.size).toBe(0);
});

test('it gives way to a schema change that waits for it, so that writers behind that go on', async () => {
  const slow = {
    name: 'slow',
    scope: 'shard' as const,
    sql: 'SELECT id FROM orders, pg_sleep(8) WHERE false OR total < 0',
  };
  const { ports } = sentinel({ invariants: [slow], sentinel: { statementTimeoutMs: 10_000 } });
  const started = Date.now();
  const passing = pass(ports);
  await new Promise((resolve) => setTimeout(resolve, 500));

  await withSession(
    shards[0]!.at(),
    master,
    { applicationName: 'ddl', readOnly: false, lockTimeoutMs: 4000 },
    (session) => session.query('ALTER TABLE orders ADD COLUMN IF NOT EXISTS extra int'),
  );
  const waited = Date.now() - started;

  expect(waited).toBeLessThan(3_000);
  await expect(passing).resolves.toMatchObject({ good: false });
}, 20_000);
