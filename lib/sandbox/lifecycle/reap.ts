import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { processStart } from './children.ts';

interface Leftover {
  pid: number;
  started: string | undefined;
  /** PostgreSQL takes SIGQUIT for "stop now and take your children with you". */
  signal: 'SIGKILL' | 'SIGQUIT';
}

/** Ends every process that belongs to a sandbox's folder and removes the folder. */
export async function reap(directory: string): Promise<void> {
  const left = [...recordedChildren(directory), ...databaseServers(directory)];
  for (const { pid, signal } of left) send(pid, signal);
  const patience = Date.now() + 5_000;
  while (left.some(isAlive) && Date.now() < patience) await wait(50);
  for (const each of left.filter(isAlive)) send(each.pid, 'SIGKILL');
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** The children noted in `pids`, if they still are the same processes. Each leads its own group. */
function recordedChildren(directory: string): Leftover[] {
  const folder = join(directory, 'pids');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const pid = Number(name);
    const started = readFileSync(join(folder, name), 'utf8');
    if (started === '' || processStart(pid) !== started) return [];
    return { pid: -pid, started, signal: 'SIGKILL' as const };
  });
}

/** The PostgreSQL servers whose data folder lies in the sandbox's: each keeps a `postmaster.pid` there. */
function databaseServers(directory: string): Leftover[] {
  return postmasterFiles(directory, 6).flatMap((file) => {
    const [first, dataDirectory] = readFileSync(file, 'utf8').split('\n');
    const pid = Number(first);
    if (!Number.isInteger(pid) || pid <= 1 || !runsIn(pid, dataDirectory!)) return [];
    return { pid, started: processStart(pid), signal: 'SIGQUIT' as const };
  });
}

function postmasterFiles(directory: string, depth: number): string[] {
  if (depth === 0 || !existsSync(directory)) return [];
  const entries = readdirSync(directory, { withFileTypes: true });
  // A data folder has thousands of files, none of which is another server's.
  if (entries.some((entry) => entry.name === 'postmaster.pid')) return [join(directory, 'postmaster.pid')];
  return entries
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => postmasterFiles(join(directory, entry.name), depth - 1));
}

/** A server works in its data folder; on systems without /proc the pid file has to do. */
function runsIn(pid: number, dataDirectory: string): boolean {
  if (processStart(pid) === undefined) return false;
  if (process.platform !== 'linux') return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDirectory;
  } catch {
    return false;
  }
}

function isAlive({ pid, started }: Leftover): boolean {
  return processStart(Math.abs(pid)) === started && started !== undefined;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
