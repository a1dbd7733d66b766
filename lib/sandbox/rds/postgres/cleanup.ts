import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type ServerAccount, serverAccount } from './account.ts';
import type { Binaries } from './binaries.ts';
import { findBinaries } from './binaries.ts';
import { runAs, serverEnvironment } from './command.ts';
import { allHomes } from './place.ts';

/** The file in a folder of servers that holds the process id of the sandbox. */
export const ownerFile = 'owner.pid';

/** Ends every server below the folder $1 with the pg_ctl at $2, then removes the folder. */
const removal =
  'for data in "$1"/instances/*/data; do "$2" stop -s -m immediate -t 5 -D "$data" 2>/dev/null; done; rm -rf "$1"';

/**
 * Starts a shell that waits for its standard input to close, which happens when this process ends in
 * whatever way, SIGKILL included, and then ends the servers and removes their folder.
 * Gives a function that calls it off.
 */
export function startWatchdog(
  account: ServerAccount | undefined,
  binaries: Binaries,
  directory: string,
): () => void {
  const child = spawn(
    '/bin/sh',
    ['-c', `cat >/dev/null; ${removal}`, 'sandbox-watchdog', directory, binaries.pgCtl],
    {
      ...account,
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['pipe', 'ignore', 'ignore'],
      // A session of its own: Ctrl-C in the terminal must reach the sandbox first, which stops in order.
      detached: true,
    },
  );
  child.unref();
  // Neither the shell nor the pipe to it shall keep this process alive.
  (child.stdin as Socket).unref();
  child.stdin.on('error', () => undefined);
  return () => {
    child.kill('SIGKILL');
    child.stdin.destroy();
  };
}

/**
 * Ends and removes what sandboxes left whose process is gone and whose watchdog was ended too.
 * Gives the folders that were removed.
 */
export async function removeStaleHomes(): Promise<string[]> {
  const removed: string[] = [];
  for (const home of await allHomes()) {
    const owner = Number(await readFile(join(home, ownerFile), 'utf8').catch(() => Number.NaN));
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    const account = serverAccount();
    await runAs(account, '/bin/sh', ['-c', removal, 'removal', home, (await findBinaries(account)).pgCtl]);
    await rm(home, { recursive: true, force: true });
    removed.push(home);
  }
  return removed;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
