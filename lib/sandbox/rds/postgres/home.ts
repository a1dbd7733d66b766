import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ServerAccount, serverAccount } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { markOwner, startWatchdog } from './cleanup.ts';
import { runAs } from './command.ts';
import { scramIterations } from './configuration.ts';
import { newHomePrefix } from './place.ts';

/** The superuser of every server: reachable only over a Unix socket in a private folder. */
export const superuser = 'rdsadmin';

interface Parts {
  binaries: Binaries;
  account: ServerAccount | undefined;
  directory: string;
  stopWatchdog: () => void;
}

/** What the servers of one sandbox share: programs, account, folder, superuser's password. */
export class PostgresHome {
  readonly binaries: Binaries;
  readonly directory: string;
  readonly superuserPassword = randomBytes(24).toString('hex');
  readonly account: ServerAccount | undefined;
  readonly #stopWatchdog: () => void;

  private constructor(parts: Parts) {
    this.binaries = parts.binaries;
    this.directory = parts.directory;
    this.account = parts.account;
    this.#stopWatchdog = parts.stopWatchdog;
  }

  /** Makes the folder and, in it, the empty database cluster that every new instance is a copy of. */
  static async open(): Promise<PostgresHome> {
    const account = serverAccount();
    const directory = await mkdtemp(await newHomePrefix(account));
    try {
      await markOwner(directory);
      if (account) await chown(directory, account.uid, account.gid);
      const binaries = await findBinaries(account, directory);
      const stopWatchdog = startWatchdog(account, binaries, directory);
      const home = new PostgresHome({ binaries, account, directory, stopWatchdog });
      await home.#initialise();
      return home;
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Where the pristine database cluster lies. */
  get template(): string {
    return join(this.directory, 'template');
  }

  /** Removes the folder; every server in it must have ended. */
  async close(): Promise<void> {
    this.#stopWatchdog();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Makes a folder inside the home, with those above it, that nobody but the servers' account can enter. */
  async makeDirectory(path: string): Promise<string> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (this.account) {
      for (let each = path; each !== this.directory; each = dirname(each)) {
        await chown(each, this.account.uid, this.account.gid);
      }
    }
    return path;
  }

  /** Writes a file that the servers' account may read, replace and remove. */
  async writeFile(path: string, content: string): Promise<void> {
    await writeFile(path, content, { mode: 0o600 });
    if (this.account) await chown(path, this.account.uid, this.account.gid);
  }

  /**
   * Copies files and folders as the servers' account; blocks are shared where the file system can.
   * The target is made where it does not exist, otherwise the copies lie in it.
   */
  async copy(sources: string[], target: string): Promise<void> {
    const flags = process.platform === 'darwin' ? ['-Rc'] : ['-R', '--reflink=auto'];
    await runAs(this.account, 'cp', [...flags, ...sources, target]);
  }

  async #initialise(): Promise<void> {
    const passwordFile = join(this.directory, 'superuser-password');
    await this.writeFile(passwordFile, this.superuserPassword);
    await runAs(this.account, this.binaries.initdb, [
      `--pgdata=${this.template}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
      '--wal-segsize=1',
      // Or initdb's own servers would use segments in /dev/shm, which stay there where they are killed.
      '--set=dynamic_shared_memory_type=mmap',
      `--set=scram_iterations=${scramIterations}`,
      '--no-sync',
    ]);
    await rm(passwordFile);
  }
}
