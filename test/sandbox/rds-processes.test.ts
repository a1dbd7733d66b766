import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Account } from './rds-account.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };

interface Held {
  child: ChildProcess;
  version: string;
  data: string;
  postmaster: number;
}

async function hold(account: { uid?: number; gid?: number } = {}): Promise<Held> {
  const child = spawn('node', [require.resolve('./rds-holder.ts')], {
    ...account,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout!), 'line');
  const { version, data } = JSON.parse(line);
  const postmaster = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return { child, version, data, postmaster };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether server and folder go away within five seconds. */
async function isGone({ postmaster, data }: Held): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (!isAlive(postmaster) && !existsSync(data)) return true;
    await delay(50);
  }
  return false;
}

describe('A sandbox leaves no server and no folder', () => {
  test('when it is stopped', async () => {
    const held = await hold();
    expect(isAlive(held.postmaster)).toBe(true);
    held.child.kill('SIGTERM');
    expect(await isGone(held)).toBe(true);
  });

  test('when it is killed', async () => {
    const held = await hold();
    held.child.kill('SIGKILL');
    expect(await isGone(held)).toBe(true);
  });

  (isRoot ? test : test.skip)('when it runs as an ordinary user', async () => {
    const held = await hold(nobody);
    expect(held.version).toMatch(/^18\./);
    held.child.kill('SIGKILL');
    expect(await isGone(held)).toBe(true);
  });
});

test('A sandbox can be stopped in the middle of creations and restores', async () => {
  const account = await Account.open();
  await account.create('source');
  await account.until('source', ({ LatestRestorableTime }) => LatestRestorableTime !== undefined);
  const superuser = await account.rds.connectAsSuperuser('source');
  const { rows } = await superuser.query("SELECT current_setting('data_directory') AS path");
  await superuser.end();
  for (const TargetDBInstanceIdentifier of ['one', 'two']) {
    await account.call('RestoreDBInstanceToPointInTime', {
      SourceDBInstanceIdentifier: 'source',
      TargetDBInstanceIdentifier,
      UseLatestRestorableTime: true,
    });
  }
  const pending = account.create('late').catch((error: Error) => error);
  await delay(30);
  await account.close();
  expect(existsSync(rows[0].path)).toBe(false);
  expect(await pending).toBeInstanceOf(Error);
});
