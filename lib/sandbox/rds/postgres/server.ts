import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { renderAccess } from './access.ts';
import { serverEnvironment } from './command.ts';
import { renderConfiguration, type ServerSettings } from './configuration.ts';
import { type PostgresHome, superuser } from './home.ts';

const pollMs = 10;

/** One PostgreSQL server over a data directory. */
export class PostgresServer {
  readonly #home: PostgresHome;
  readonly #directory: string;
  readonly #settings: () => ServerSettings;
  #child: ChildProcess | undefined;
  #sources: string[] = [];
  #closed = false;

  /** `directory` is the instance's folder, whose `data` is the database cluster. */
  constructor(home: PostgresHome, directory: string, settings: () => ServerSettings) {
    this.#home = home;
    this.#directory = directory;
    this.#settings = settings;
  }

  get data(): string {
    return join(this.#directory, 'data');
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Starts the server, open to these sources, and waits until it takes connections. That a recovery
   * cannot reach its target is an error.
   */
  async start(sources: string[] = this.#sources): Promise<void> {
    this.#sources = sources;
    await this.#writeConfiguration();
    if (this.#closed) throw new Error('The instance is being removed.');
    const log = openSync(join(this.#directory, 'server.log'), 'a');
    const child = spawn(this.#home.binaries.postgres, ['-D', this.data], {
      ...this.#home.account,
      cwd: this.#home.directory,
      env: serverEnvironment(),
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    while (!(await this.#isReady(child.pid))) {
      if (failure) throw failure;
      if (!this.running) throw new Error(`PostgreSQL did not start: ${await this.#lastLines()}`);
      await delay(pollMs);
    }
  }

  /** `fast` ends sessions and shuts down in order; `immediate` is for data that nobody needs any more. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    const child = this.#child;
    if (!child || !this.running) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
    this.#child = undefined;
  }

  /** Ends the server for good: whatever is about to start it again fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.stop('immediate');
  }

  /**
   * Puts new sources and parameters into force without a restart. Once this resolves every *new*
   * connection is judged by them; established ones go on.
   */
  async reload(sources: string[] = this.#sources): Promise<void> {
    this.#sources = sources;
    if (!this.running) return;
    const before = await this.#loadedAt();
    await this.#writeConfiguration();
    this.#child?.kill('SIGHUP');
    while ((await this.#loadedAt()) <= before) {
      if (!this.running) throw new Error(`PostgreSQL ended during a reload: ${await this.#lastLines()}`);
      await delay(pollMs);
    }
  }

  /** Connects as superuser over the private socket. The caller ends the client. */
  async connectAsSuperuser(database = 'postgres'): Promise<Client> {
    const { port, socketDirectory } = this.#settings();
    const password = this.#home.superuserPassword;
    const client = new Client({ host: socketDirectory, port, user: superuser, password, database });
    // Without a listener an idle client whose server is stopped would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Runs something as superuser, on a connection of its own. */
  async asSuperuser<T>(work: (client: Client) => Promise<T>, database = 'postgres'): Promise<T> {
    const client = await this.connectAsSuperuser(database);
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  async #writeConfiguration(): Promise<void> {
    await this.#home.writeFile(join(this.data, 'postgresql.conf'), renderConfiguration(this.#settings()));
    await this.#home.writeFile(join(this.data, 'pg_hba.conf'), renderAccess(this.#sources));
  }

  /** A new session is forked from the postmaster, so it sees when that last read its files. */
  async #loadedAt(): Promise<number> {
    return this.asSuperuser(async (client) => {
      const { rows } = await client.query(
        `SELECT extract(epoch FROM pg_conf_load_time())::float8 AS loaded,
                (SELECT string_agg(error, '; ') FROM pg_hba_file_rules) AS error`,
      );
      if (rows[0].error) throw new Error(`pg_hba.conf is not valid: ${rows[0].error}`);
      return rows[0].loaded;
    });
  }

  /** The postmaster notes its state in the eighth line of its pid file. */
  async #isReady(pid: number | undefined): Promise<boolean> {
    const file = await readFile(join(this.data, 'postmaster.pid'), 'utf8').catch(() => '');
    const lines = file.split('\n');
    return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
  }

  async #lastLines(): Promise<string> {
    const log = await readFile(join(this.#directory, 'server.log'), 'utf8');
    return log.trim().split('\n').slice(-5).join(' | ');
  }
}
