/** What the rehearsal asks PostgreSQL and DNS itself, whatever the run said. */
import { Resolver } from 'node:dns/promises';
import pg from 'pg';
import { damagedRows } from '../incident.ts';
import type { Side } from './report.ts';

export class Witness {
  private readonly resolver = new Resolver({ timeout: 2000, tries: 2 });

  constructor(dns: { address: string; port: number }) {
    this.resolver.setServers([`${dns.address}:${dns.port}`]);
  }

  /** IPv4 address of a name. */
  async address(name: string): Promise<string> {
    const [address] = await this.resolver.resolve4(name);
    if (address === undefined) throw new Error(`${name} has no address`);
    return address;
  }

  async damaged(side: Side): Promise<number> {
    return this.number(side, damagedRows);
  }

  async orders(side: Side): Promise<number> {
    return this.number(side, 'SELECT count(*) FROM orders');
  }

  /** Idempotency keys that are on this side. */
  async keys(side: Side): Promise<Set<string>> {
    return this.with(side, async (client) => {
      const { rows } = await client.query<{ idempotency_key: string }>('SELECT idempotency_key FROM orders');
      return new Set(rows.map((row) => row.idempotency_key));
    });
  }

  /** Login roles outside `allowed` that could still write. */
  async openLogins(side: Side, allowed: string[]): Promise<string[]> {
    return this.with(side, async (client) => {
      const { rows } = await client.query<{ rolname: string }>(
        `SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND rolname <> ALL ($1) AND rolname !~ '^pg_' ORDER BY 1`,
        [allowed],
      );
      return rows.map((row) => row.rolname);
    });
  }

  /** Roles that PostgreSQL holds to no rule. */
  async superusers(side: Side): Promise<string[]> {
    return this.with(side, async (client) => {
      const { rows } = await client.query<{ rolname: string }>(
        'SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY 1',
      );
      return rows.map((row) => row.rolname);
    });
  }

  private number(side: Side, sql: string): Promise<number> {
    return this.with(side, async (client) => {
      const { rows } = await client.query(sql);
      return Number(Object.values(rows[0] ?? {})[0]);
    });
  }

  private async with<Result>(side: Side, ask: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = new pg.Client({
      host: await this.address(side.host),
      port: side.port,
      database: side.database,
      user: side.user,
      password: side.password,
      connectionTimeoutMillis: 5000,
      query_timeout: 30_000,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      return await ask(client);
    } finally {
      await client.end();
    }
  }
}
