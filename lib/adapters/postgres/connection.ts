import { lookup } from 'node:dns/promises';
import pg from 'pg';
import { translated } from './errors.ts';

/** Where a database listens, and how its certificate is checked. */
export interface Server {
  /** A name (endpoint or DNS record) or an address. */
  host: string;
  port: number;
  database: string;
  tls: Tls;
}

/**
 * `off`, or the name that the server's certificate must carry. RDS certificates name the *endpoint*, so a connection
 * through a CNAME is verified against the endpoint that the plan knows to be behind it.
 */
type Tls = 'off' | { serverName: string };

export interface Login {
  username: string;
  password: string;
}

export interface SessionOptions {
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  /** No statement of the session may write: enforced by the server, whatever the login may do. */
  readOnly: boolean;
  connectTimeoutMs?: number;
  statementTimeoutMs?: number;
  lockTimeoutMs?: number;
}

/** Settings on which the text form of a value depends: pinned, so that two sessions always write it alike. */
const pinned = {
  timezone: 'UTC',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  extra_float_digits: '3',
  bytea_output: 'hex',
  lc_monetary: 'C',
  row_security: 'off',
};

type Row = Record<string, any>;

/** One session. Every statement goes by the extended protocol, which refuses a second statement behind a `;`. */
export interface Session {
  query<R extends Row = Row>(sql: string, values?: unknown[]): Promise<R[]>;
  /** Runs `work` in a transaction of the given characteristics; commits, or rolls back where it throws. */
  transaction<T>(characteristics: string, work: () => Promise<T>): Promise<T>;
  readonly processId: number;
}

/**
 * Opens a session, hands it to `use` and closes it.
 * Throws `ConnectionLost` for what may pass by itself, `LoginRefused` where the server does not take the login.
 */
export async function withSession<T>(
  server: Server,
  login: Login,
  options: SessionOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  let broken: Error | undefined;
  const client = await connect(server, login, options, (error) => {
    broken = error;
  });
  try {
    return await use(session(client, () => broken));
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(
  server: Server,
  login: Login,
  options: SessionOptions,
  onBroken: (error: Error) => void,
): Promise<pg.Client> {
  const settings: Record<string, string> = {
    ...pinned,
    default_transaction_read_only: options.readOnly ? 'on' : 'off',
    statement_timeout: String(options.statementTimeoutMs ?? 30_000),
    lock_timeout: String(options.lockTimeoutMs ?? 5_000),
    idle_in_transaction_session_timeout: '60000',
  };
  let client: pg.Client | undefined;
  try {
    // The address is resolved here and not by the driver, which would check the certificate against this very name.
    const { address } = await lookup(server.host);
    client = new pg.Client({
      host: address,
      port: server.port,
      database: server.database,
      user: login.username,
      password: login.password,
      ssl: server.tls === 'off' ? false : { servername: server.tls.serverName, rejectUnauthorized: true },
      application_name: options.applicationName,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
      query_timeout: (options.statementTimeoutMs ?? 30_000) + 5_000,
      keepAlive: true,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
        .join(' '),
    });
    // From the very start: a session may be ended with the same bytes that open it, and without a listener
    // a connection that breaks between two statements would end the process.
    client.on('error', onBroken);
    await client.connect();
    return client;
  } catch (error) {
    await client?.end().catch(() => undefined);
    throw translated(error, `Connecting to ${server.host}:${server.port} as ${login.username}`);
  }
}

function session(client: pg.Client, broken: () => Error | undefined): Session {
  const query = async <R extends Row>(sql: string, values: unknown[] = []): Promise<R[]> => {
    const lost = broken();
    if (lost) throw translated(lost, 'The session');
    try {
      const config = { text: sql, values, queryMode: 'extended' } as pg.QueryConfig;
      return (await client.query<R>(config)).rows;
    } catch (error) {
      throw translated(error, 'A statement');
    }
  };
  return {
    query,
    // The driver knows it from the server's BackendKeyData message; its types leave it out.
    processId: (client as unknown as { processID: number }).processID,
    async transaction(characteristics, work) {
      await query(`BEGIN ${characteristics}`);
      try {
        const result = await work();
        await query('COMMIT');
        return result;
      } catch (error) {
        await query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
  };
}

/** A name as SQL writes it, quoted. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string as SQL writes it, quoted, for statements that take no parameters. */
export function literal(value: string): string {
  return pg.escapeLiteral(value);
}
