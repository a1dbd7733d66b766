import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { processStart } from './children.ts';

interface Child {
  pid: number;
  started: string;
}

/** Ends every child noted in a sandbox's folder, with what it spawned, and removes the folder. */
export async function reap(directory: string): Promise<void> {
  const children = recordedChildren(directory);
  for (const { pid } of children) killGroup(pid);
  const patience = Date.now() + 5_000;
  while (children.some(isAlive) && Date.now() < patience) await wait(20);
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Those that still are the processes they were. */
function recordedChildren(directory: string): Child[] {
  const folder = join(directory, 'pids');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => ({ pid: Number(name), started: readFileSync(join(folder, name), 'utf8') }))
    .filter((child) => child.started !== '' && isAlive(child));
}

function isAlive({ pid, started }: Child): boolean {
  return processStart(pid) === started;
}

/** Each child leads a group of its own. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}
