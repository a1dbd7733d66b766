import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processStart } from './children.ts';
import { reap } from './reap.ts';

const prefix = 'safe-rollback-sandbox-';

/** Makes the sandbox's own folder, which names the process that owns it. */
export function createDirectory(parent = tmpdir()): string {
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, prefix));
  const owner = { pid: process.pid, started: processStart(process.pid) };
  writeFileSync(join(directory, 'owner.json'), JSON.stringify(owner));
  return directory;
}

/** Ends and removes what sandboxes left whose process is dead; touches no folder without such a mark. */
export async function removeAbandoned(parent = tmpdir()): Promise<string[]> {
  if (!existsSync(parent)) return [];
  const abandoned = readdirSync(parent)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(parent, name))
    .filter((directory) => isAbandoned(directory));
  for (const directory of abandoned) await reap(directory);
  return abandoned;
}

function isAbandoned(directory: string): boolean {
  try {
    const { pid, started } = JSON.parse(readFileSync(join(directory, 'owner.json'), 'utf8'));
    return processStart(pid) !== started;
  } catch {
    return false;
  }
}
