import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { disarmClone } from '../../lambdas/database/disarm-clone.ts';
import { fenceShard } from '../../lambdas/database/fence-shard.ts';
import { openShard } from '../../lambdas/database/open-shard.ts';
import { prepareClone } from '../../lambdas/database/prepare-clone.ts';
import { rotateCredentials } from '../../lambdas/database/rotate-credentials.ts';
import { unfenceShard } from '../../lambdas/database/unfence-shard.ts';
import { guardTraffic } from '../../lambdas/validate/guard-traffic.ts';
import { proveNames } from '../../lambdas/validate/prove-names.ts';
import { noTools, runId, type TestRun, testRun } from './run.ts';
import { application, master, startShard, superuser, type TestServer } from './server.ts';

let source: TestServer;
let clone: TestServer;
let run: TestRun;
beforeAll(async () => {
  source = await startShard();
  await source.sql(
    master,
    'CREATE SEQUENCE countdown INCREMENT -5 MAXVALUE -1 MINVALUE -1000000 START -1',
    'CREATE SEQUENCE interleaved INCREMENT 4 START 3',
    `SELECT nextval('countdown'), nextval('interleaved')`,
    `CREATE ROLE leaver LOGIN PASSWORD 'left'`,
    'CREATE ROLE powers',
    'GRANT leaver, powers TO rollback_fencer WITH ADMIN TRUE, INHERIT FALSE, SET FALSE',
  );
  clone = await source.clone();
  // After the restore point: rows and numbers that the clone has not, and a role that was dropped.
  await source.sql(master, 'DROP ROLE leaver', `SELECT nextval('interleaved') FROM generate_series(1, 10)`);
  await source.sql(application, `INSERT INTO orders (note) SELECT 'new' FROM generate_series(1, 500)`);
  run = testRun({ source, clone });
}, 90_000);
afterAll(() => Promise.all([source?.stop(), clone?.stop()]));

const opened = () => run.documents.write(`runs/${runId}/opened.json`, {});
const refused = { name: 'LoginRefused' };

test('a clone is disarmed: its subscriptions are off and have let go of their slots', async () => {
  await clone.sql(
    superuser,
    `CREATE SUBSCRIPTION feed CONNECTION 'host=127.0.0.1 port=1 dbname=none' PUBLICATION p
       WITH (connect = false, slot_name = 'feed', enabled = false)`,
    'ALTER SUBSCRIPTION feed OWNER TO rdsadmin',
  );

  // The owner's function may alter what its owner owns; what is another's stays, and fails the clone.
  await expect(disarmClone.run(run.request({}), run, noTools)).rejects.toMatchObject({
    name: 'StatementFailed',
    sqlState: '42501',
  });

  await clone.sql(
    superuser,
    'ALTER ROLE orders_admin SUPERUSER',
    'ALTER SUBSCRIPTION feed OWNER TO orders_admin',
  );
  await clone.sql(superuser, 'ALTER ROLE orders_admin NOSUPERUSER');
  const result = await disarmClone.run(run.request({}), run, noTools);
  const [state] = await clone.sql(superuser, 'SELECT subenabled, subslotname FROM pg_subscription');

  expect(result.disarmed).toEqual(['subscription feed']);
  expect(state).toEqual({ subenabled: false, subslotname: null });
  expect((await disarmClone.run(run.request({}), run, noTools)).disarmed).toEqual([]);
});

test('a clone with a prepared transaction fails', async () => {
  await clone.sql(superuser, 'BEGIN', 'INSERT INTO orders (note) VALUES (1)', `PREPARE TRANSACTION 'half'`);

  await expect(disarmClone.run(run.request({}), run, noTools)).rejects.toMatchObject({
    name: 'ValidationFailed',
    message: expect.stringContaining('half'),
  });
  await clone.sql(superuser, `ROLLBACK PREPARED 'half'`);
});

describe('the way from fence to opened clone', () => {
  test('a clone is not prepared while its source is not fenced', async () => {
    await expect(prepareClone.run(run.request({}), run, noTools)).rejects.toMatchObject({
      name: 'FenceNotProven',
    });
  });

  test('the fence shuts applications out and keeps what it changed', async () => {
    const result = await fenceShard.run(run.request({}), run, noTools);
    const again = await fenceShard.run(run.request({}), run, noTools);

    await expect(source.sql(application, 'SELECT 1')).rejects.toMatchObject(refused);
    expect(result.roles).toEqual(['orders_app']);
    expect(again.roles).toEqual(['orders_app']);
    expect(run.documents.all.get(`runs/${runId}/fences/shard-0.json`)).toMatchObject({
      roles: ['orders_app'],
      proven: true,
      lsn: expect.any(String),
    });
  });

  test('the clone gets today’s roles and passwords, sequences ahead of both sides, and a token', async () => {
    run.logins.logins.app = { username: 'orders_app', password: 'changed-since' };

    const result = await prepareClone.run(run.request({}), run, noTools);
    const again = await prepareClone.run(run.request({}), run, noTools);

    await expect(clone.sql(application, 'SELECT 1')).rejects.toMatchObject(refused);
    expect(result).toMatchObject({ roles: ['orders_app'], heldBack: ['leaver'], missing: [] });
    expect(again).toMatchObject({ sequences: 0, tokenSha256: result.tokenSha256 });
    const [values] = await clone.sql(
      superuser,
      `SELECT nextval('interleaved')::int AS interleaved, nextval('countdown')::int AS countdown,
              nextval('orders_id_seq')::int AS orders`,
    );
    // Last of the source: 3 + 10 · 4, −1, 1500; each a thousand steps ahead and one more.
    expect(values).toEqual({ interleaved: 43 + 4004, countdown: -1 - 5005, orders: 2501 });
  });

  test('the token is proof of the name, and its absence is proof against it', async () => {
    await expect(proveNames.run(run.request({}), run, noTools)).resolves.toMatchObject({ shards: 1 });

    const wrong = testRun({ source, clone: source });
    wrong.documents.all.set(`runs/${runId}/tokens/shard-0.json`, { token: 'token1', roles: [] });
    let elapsed = 0;
    const impatient = { ...wrong, elapsed: () => (elapsed += 20_000) };
    await expect(proveNames.run(run.request({}), impatient, noTools)).rejects.toMatchObject({
      name: 'NamesNotProven',
    });
  });

  test('a clone does not open before the point of no return, nor while its source lets somebody in', async () => {
    await expect(openShard.run(run.request({}), run, noTools)).rejects.toMatchObject({
      name: 'InvalidInput',
    });
    await opened();
    await source.sql(master, 'ALTER ROLE orders_app LOGIN');
    await expect(openShard.run(run.request({}), run, noTools)).rejects.toMatchObject({
      name: 'FenceNotProven',
    });
    await source.sql(master, 'ALTER ROLE orders_app NOLOGIN');
  });

  test('an opened clone takes the application with today’s password; the guard watches both sides', async () => {
    await openShard.run(run.request({}), run, noTools);
    await openShard.run(run.request({}), run, noTools);

    const today = run.logins.logins.app!;
    await clone.sql(today, `INSERT INTO orders (note) VALUES ('after')`);
    await expect(clone.sql({ username: 'leaver', password: 'left' }, 'SELECT 1')).rejects.toMatchObject(
      refused,
    );
    const look = (waitedSeconds: number) => guardTraffic.run(run.request({ waitedSeconds }), run, noTools);
    expect([await look(0), await look(90)]).toEqual([
      { done: false, waitSeconds: 30, shards: 1 },
      { done: true, waitSeconds: 0, shards: 1 },
    ]);
    await clone.sql(today, `UPDATE orders SET total = -1 WHERE note = 'after'`);
    await expect(look(30)).rejects.toMatchObject({
      name: 'GuardFired',
      message: expect.stringContaining('no-negative-totals'),
    });
  });

  test('credentials are rotated: the new password works, the old one does not', async () => {
    const before = run.logins.logins.app!;

    await rotateCredentials.run(run.request({}), run, noTools);
    await rotateCredentials.run(run.request({}), run, noTools);

    const after = run.logins.logins.app!;
    expect(after.password).not.toBe(before.password);
    await expect(clone.sql(after, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });

  test('once opened, the old side stays fenced; before, it is let go exactly', async () => {
    await expect(unfenceShard.run(run.request({}), run, noTools)).rejects.toMatchObject({
      name: 'ReversalFailed',
    });
    run.documents.all.delete(`runs/${runId}/opened.json`);

    const undone = await unfenceShard.run(run.request({}), run, noTools);
    const again = await unfenceShard.run(run.request({}), run, noTools);

    expect(undone).toEqual({ roles: ['orders_app'] });
    expect(again).toEqual(undone);
    await expect(source.sql(application, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });
});

test('undo works where the fence was written down and never acted', async () => {
  const half = testRun({ source, clone });
  half.documents.all.set(`runs/${runId}/fences/shard-0.json`, {
    roles: ['orders_app', 'dropped'],
    proven: false,
  });

  await expect(unfenceShard.run(half.request({}), half, noTools)).resolves.toEqual({ roles: ['orders_app'] });
  await expect(
    unfenceShard.run({ ...half.request({}), run: { ...half.request({}).run, id: 'none' } }, half, noTools),
  ).resolves.toEqual({ roles: [] });
});
