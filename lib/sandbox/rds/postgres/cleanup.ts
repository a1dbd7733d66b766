import { spawn } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { processStart } from '../../lifecycle/children.ts';
import { type ServerAccount, serverAccount } from './account.ts';
import { type Binaries, copiedBinaries, installedPgCtl } from './binaries.ts';
import { runAs, serverEnvironment } from './command.ts';
import { allHomes } from './place.ts';

/** The file in a folder of servers that holds the sandbox's process id and when that process started. */
const ownerFile = 'owner.pid';

/** Notes that this process is the one that the servers in the folder belong to. */
export async function markOwner(directory: string): Promise<void> {
  await writeFile(join(directory, ownerFile), `${process.pid}\n${processStart(process.pid)}\n`);
}

/**
 * Ends every server below the folder $1 with its pg_ctl or the one at $2, then removes the folder. A server
 * works in its data directory: a process with its number that does not is another.
 */
const removal = `
  ctl="$1/${copiedBinaries}/bin/pg_ctl"
  [ -x "$ctl" ] || ctl=$2
  for data in "$1"/instances/*/data; do
    read -r pid 2>/dev/null <"$data/postmaster.pid" || continue
    [ -d /proc/self ] && ! [ "/proc/$pid/cwd" -ef "$data" ] && continue
    "$ctl" stop -s -m immediate -t 5 -D "$data" 2>/dev/null
  done
  rm -rf "$1"`;

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
    ['-c', `cat >/dev/null\n${removal}`, 'sandbox-watchdog', directory, binaries.pgCtl],
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
  const account = serverAccount();
  const own = account?.uid ?? process.getuid?.();
  for (const home of await allHomes()) {
    // Another user's may only be removed by that user.
    if ((await stat(home).catch(() => undefined))?.uid !== own || !(await isAbandoned(home))) continue;
    await runAs(account, '/bin/sh', ['-c', removal, 'removal', home, installedPgCtl()]);
    await rm(home, { recursive: true, force: true });
    removed.push(home);
  }
  return removed;
}

async function isAbandoned(home: string): Promise<boolean> {
  const mark = await readFile(join(home, ownerFile), 'utf8').catch(() => '');
  const [pid = '', started] = mark.split('\n');
  return pid !== '' && processStart(Number(pid)) !== started;
}
