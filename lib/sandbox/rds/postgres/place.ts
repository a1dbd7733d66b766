import { readdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the folder of a sandbox's servers begins. */
const homePrefix = 'safe-rollback-pg-';
const memoryFolder = '/dev/shm';
/** Free memory, and free room in the folder, from which on the servers' files are kept in memory. */
const plentyBytes = 8 * 2 ** 30;

/**
 * Where the folder of a sandbox's servers is made, without the end that makes it unique: in memory where
 * there is plenty, since copying a database cluster of a thousand files is ten times quicker there,
 * otherwise in the system's temporary folder. Never in the sandbox's own folder: the servers' account
 * must be able to enter it, and the path of a Unix socket may not exceed some hundred characters.
 */
export async function newHomePrefix(): Promise<string> {
  const parent = (await hasPlenty()) ? memoryFolder : tmpdir();
  return join(parent, homePrefix);
}

/** The folders of sandboxes' servers on this machine, whosever they are. */
export async function allHomes(): Promise<string[]> {
  const parents = [...new Set([memoryFolder, tmpdir()])];
  const found = await Promise.all(
    parents.map(async (parent) => {
      const names = await readdir(parent).catch(() => []);
      return names.filter((name) => name.startsWith(homePrefix)).map((name) => join(parent, name));
    }),
  );
  return found.flat();
}

async function hasPlenty(): Promise<boolean> {
  if (process.platform !== 'linux' || process.availableMemory() < plentyBytes) return false;
  const file = await statfs(memoryFolder).catch(() => undefined);
  return file !== undefined && file.bavail * file.bsize >= plentyBytes;
}
