import { describe, expect, test } from '@jest/globals';
import { Databases, type Documents, shardOf } from '../../../lambdas/databases.ts';
import { forAll } from '../../../lib/domain/for-all.ts';
import type { Policy } from '../../../lib/domain/policy/policy.ts';

const stored: Record<string, unknown> = {
  'runs/r/plan.json': {
    restorePoint: '2026-11-22T10:00:00Z',
    shards: [{ name: 's0', record: 's0.orders.internal', source: { host: 'old.rds', port: 5432 } }],
  },
  'runs/r/clones/s0.json': { host: 'new.rds', port: 5433 },
};
const documents: Documents = {
  read: async <T>(key: string) => (stored[key] ? { value: stored[key] as T, etag: 'e' } : undefined),
  write: async () => undefined,
};
const databases = (connection?: Policy['connection']) =>
  new Databases({
    policy: { database: 'orders', connection } as Policy,
    documents,
    logins: { current: async () => ({ username: 'u', password: 'p' }) },
    applicationName: 'test',
  });

describe('where a shard’s databases are', () => {
  test('the source by the plan, the clone by what was seen of it', async () => {
    const tls = { serverName: 'old.rds' };

    expect(await databases().source('r', 's0')).toEqual({
      host: 'old.rds',
      port: 5432,
      database: 'orders',
      tls,
    });
    expect(await databases().clone('r', 's0')).toMatchObject({ host: 'new.rds', port: 5433 });
  });

  test('through the name, the certificate must still be the clone’s', async () => {
    expect(await databases().throughName('r', 's0')).toMatchObject({
      host: 's0.orders.internal',
      tls: { serverName: 'new.rds' },
    });
  });

  test('certificates are not looked at where the policy says so', async () => {
    expect(await databases({ tls: 'off' }).source('r', 's0')).toMatchObject({ tls: 'off' });
  });

  test('what is not there is said', async () => {
    await expect(databases().source('r', 's9')).rejects.toMatchObject({ name: 'InvalidInput' });
    await expect(databases().clone('r', 's9')).rejects.toMatchObject({ name: 'NotYetVisible' });
    expect(() => shardOf({})).toThrow('shard: expected the name of a shard, got nothing.');
  });
});

test('work for all items keeps their order and its limit', async () => {
  let [running, most] = [0, 0];

  const results = await forAll([5, 1, 4, 2, 3], 2, async (milliseconds) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    running--;
    return milliseconds * 10;
  });

  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});
