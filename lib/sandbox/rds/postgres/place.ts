import { readdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerAccount } from './account.ts';
import { runAs } from './command.ts';

/** How the folder of a sandbox's servers begins. */
const homePrefix = 'safe-rollback-pg-';
const memoryFolder = '/dev/shm';
/** Free memory, and free room in the folder, from which on the servers' files are kept in memory. */
const plentyBytes = 8 * 2 ** 30;
/**
 * The path of a Unix socket may not exceed 107 bytes, on macOS 103, and what the servers add to the folder's
 * parent is up to 70 of them.
 */
const longestParent = 32;

/**
 * Where the folder of a sandbox's servers is made, without the end that makes it unique: in memory where
 * there is plenty, since copying a database cluster of a thousand files is ten times quicker there,
 * otherwise in a temporary folder that the servers' account can enter. Never in the sandbox's own folder,
 * which is closed to that account.
 */
export async function newHomePrefix(account: ServerAccount | undefined): Promise<string> {
  if (await hasPlenty()) return join(memoryFolder, homePrefix);
  const refused: string[] = [];
  for (const parent of temporaryFolders()) {
    const reason = await refusal(parent, account);
    if (reason === undefined) return join(parent, homePrefix);
    refused.push(`${parent} ${reason}`);
  }
  throw new Error(
    `There is no folder for PostgreSQL's files: ${refused.join('; ')}. Set TMPDIR to a short path that every user can enter.`,
  );
}

/** The folders of sandboxes' servers on this machine, whosever they are. */
export async function allHomes(): Promise<string[]> {
  const found = await Promise.all(
    [memoryFolder, ...temporaryFolders()].map(async (parent) => {
      const names = await readdir(parent).catch(() => []);
      return names.filter((name) => name.startsWith(homePrefix)).map((name) => join(parent, name));
    }),
  );
  return found.flat();
}

function temporaryFolders(): string[] {
  return [...new Set([tmpdir(), '/tmp', '/var/tmp'])];
}

async function refusal(parent: string, account: ServerAccount | undefined): Promise<string | undefined> {
  if (Buffer.byteLength(parent) > longestParent)
    return `is longer than the ${longestParent} bytes that a Unix socket's path leaves`;
  const entered = runAs(account, '/bin/sh', ['-c', 'cd "$1"', 'sh', parent]);
  return entered.then(
    () => undefined,
    () => 'cannot be entered by the account that PostgreSQL runs as',
  );
}

async function hasPlenty(): Promise<boolean> {
  if (process.platform !== 'linux' || process.availableMemory() < plentyBytes) return false;
  const file = await statfs(memoryFolder).catch(() => undefined);
  return file !== undefined && file.bavail * file.bsize >= plentyBytes;
}
