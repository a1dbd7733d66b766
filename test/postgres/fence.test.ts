import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Session, withSession } from '../../lib/adapters/postgres/connection.ts';
import { provenFence, raiseFence, rolesToFence } from '../../lib/adapters/postgres/fence.ts';
import { loginRolesOutside, setLogin } from '../../lib/adapters/postgres/roles.ts';
import {
  allowedRoles,
  application,
  fencer,
  master,
  reader,
  startShard,
  superuser,
  type TestServer,
} from './server.ts';

let shard: TestServer;
beforeAll(async () => {
  shard = await startShard();
}, 60_000);
afterAll(() => shard?.stop());

const asFencer = <T>(work: (session: Session) => Promise<T>) =>
  withSession(shard.at(), fencer, { applicationName: 'fence', readOnly: false }, work);

/** Shuts everybody out as a step does. */
const fence = (timeoutMs = 10_000) =>
  asFencer(async (session) => {
    const roles = await rolesToFence(session, allowedRoles, [application.username]);
    return { roles, point: await raiseFence(session, { allowedRoles, roles, timeoutMs }) };
  });

const lift = (roles: string[]) => asFencer((session) => setLogin(session, roles, true));

describe('a fence under a storm of connections', () => {
  test('lets no write through after it is proven, five times over', async () => {
    let storming = true;
    let committed = 0;
    const storm = Array.from({ length: 24 }, async () => {
      while (storming) {
        try {
          await withSession(
            shard.at(),
            application,
            { applicationName: 'storm', readOnly: false },
            async (session) => {
              for (let i = 0; i < 5; i++) {
                await session.query(`INSERT INTO orders (note) VALUES ('storm')`);
                committed++;
              }
            },
          );
        } catch {
          await pause(5);
        }
      }
    });
    try {
      for (let round = 0; round < 5; round++) {
        const before = committed;
        while (committed < before + 50) await pause(10);

        const { roles, point } = await fence();
        const [atFence] = await shard.sql(master, 'SELECT count(*)::text AS rows FROM orders');
        await pause(300);
        const [later] = await shard.sql(master, 'SELECT count(*)::text AS rows FROM orders');
        const [late] = await shard.sql(
          master,
          `SELECT count(*)::int AS rows FROM orders WHERE age(xmin) <= age('${point.xid}'::xid) AND age(xmin) >= 0`,
        );

        expect(roles).toEqual(['orders_app']);
        expect(later).toEqual(atFence);
        expect(late).toEqual({ rows: 0 });
        await lift(roles);
      }
    } finally {
      storming = false;
      await Promise.all(storm);
    }
  }, 60_000);
});

test('waits for a session that hangs after its role was checked', async () => {
  await shard.configure('post_auth_delay = 3');
  // This session opens before it hangs: settings of the fencer's own session were read at its start.
  const started = Date.now();
  let finished: 'wrote' | 'was ended' | undefined;
  const raised = asFencer(async (session) => {
    const hanging = shard
      .sql(application, `INSERT INTO orders (note) VALUES ('late')`)
      .then(
        () => 'wrote' as const,
        () => 'was ended' as const,
      )
      .then((how) => {
        finished = how;
      });
    await pause(700);
    const roles = await rolesToFence(session, allowedRoles, []);
    await raiseFence(session, { allowedRoles, roles, timeoutMs: 15_000 });
    const atProof = { finished, rows: await session.query('SELECT 1') };
    await hanging;
    return atProof;
  });

  await raised;
  await shard.configure('post_auth_delay = 0');

  const rows = await shard.sql(master, `SELECT FROM orders WHERE note = 'late'`);
  expect({ finished, rows: rows.length }).toEqual({ finished: 'was ended', rows: 0 });
  expect(Date.now() - started).toBeGreaterThan(2_500);
  await lift(['orders_app']);
}, 40_000);

test('is not proven while a session does not end', async () => {
  await withSession(
    shard.at(),
    application,
    { applicationName: 'stopped', readOnly: false },
    async (session) => {
      const pid = session.processId;
      process.kill(pid, 'SIGSTOP');
      try {
        await expect(fence(500)).rejects.toMatchObject({
          name: 'FenceNotProven',
          message: expect.stringContaining(`${pid} (orders_app, client backend)`),
        });
      } finally {
        process.kill(pid, 'SIGCONT');
        await lift(['orders_app']);
      }
    },
  );
});

test('a lifted fence leaves roles exactly as they were, however often it is lifted', async () => {
  await shard.sql(master, 'CREATE ROLE sleeper NOLOGIN');
  const before = await asFencer((session) => loginRolesOutside(session, allowedRoles));

  const { roles } = await fence();
  await lift(roles);
  await lift(roles);

  expect(await asFencer((session) => loginRolesOutside(session, allowedRoles))).toEqual(before);
  expect(await shard.sql(application, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('the reader can repeat the proof, and sees when somebody is let in again', async () => {
  const { roles } = await fence();
  const look = () =>
    withSession(shard.at(), reader, { applicationName: 'guard', readOnly: true }, (session) =>
      provenFence(session, { allowedRoles, timeoutMs: 2_000 }),
    );

  await expect(look()).resolves.toMatchObject({ lsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/) });
  await lift(roles);
  await expect(look()).rejects.toMatchObject({
    name: 'FenceNotProven',
    message: expect.stringContaining('orders_app'),
  });
});

test('refuses a login role that is not the fencer’s to alter', async () => {
  await shard.sql(superuser, 'CREATE ROLE backdoor LOGIN SUPERUSER');
  try {
    await expect(fence()).rejects.toMatchObject({
      name: 'RolesNotFenceable',
      details: { roles: ['backdoor'] },
    });
  } finally {
    await shard.sql(superuser, 'DROP ROLE backdoor');
  }
});

test('refuses an application that logs in as a role on the allow-list', async () => {
  const refused = asFencer((session) => rolesToFence(session, allowedRoles, [master.username]));

  await expect(refused).rejects.toMatchObject({
    name: 'RolesNotFenceable',
    details: { roles: [master.username] },
  });
});
