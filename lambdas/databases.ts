import {
  type Login,
  type Server,
  type Session,
  type SessionOptions,
  withSession,
} from '../lib/adapters/postgres/connection.ts';
import { RollbackError } from '../lib/domain/errors.ts';
import type { Policy } from '../lib/domain/policy/policy.ts';

/** JSON documents of the control bucket. */
export interface Documents {
  read<T>(key: string): Promise<{ value: T; etag: string } | undefined>;
  /** Writes over whatever is there; only for keys that one step of one run writes. */
  write(key: string, value: unknown): Promise<void>;
}

/** Logins in Secrets Manager. */
interface Logins {
  current(secret: string): Promise<Login>;
}

/** What the plan says of a shard, as far as SQL is concerned. */
export interface PlannedDatabase {
  name: string;
  record: string;
  source: { host: string; port: number };
}

interface PlanDocument {
  restorePoint: string;
  restoredBefore: string[];
  shards: PlannedDatabase[];
}

interface CloneDocument {
  host: string;
  port: number;
}

/** Settings of one session beside who opens it; `readOnly` is true where not given. */
export type Settings = Partial<Omit<SessionOptions, 'applicationName'>>;
type Work<T> = (session: Session) => Promise<T>;

export interface DatabasesOptions {
  policy: Policy;
  documents: Documents;
  logins: Logins;
  /** Shown in `pg_stat_activity` of every session. */
  applicationName: string;
}

/** The databases of one run: where each shard's source and clone are, and sessions on them. */
export class Databases {
  readonly options: DatabasesOptions;

  constructor(options: DatabasesOptions) {
    this.options = options;
  }

  /** Throws `NotYetVisible` while there is no plan. */
  async plan(run: string): Promise<PlanDocument> {
    return this.document<PlanDocument>(`runs/${run}/plan.json`);
  }

  async source(run: string, shard: string): Promise<Server> {
    return this.server((await this.planned(run, shard)).source);
  }

  async clone(run: string, shard: string): Promise<Server> {
    return this.server(await this.document<CloneDocument>(`runs/${run}/clones/${shard}.json`));
  }

  /** The clone by the shard's DNS record: what answers there proves itself by the clone's certificate and token. */
  async throughName(run: string, shard: string): Promise<Server> {
    const [clone, { record }] = [await this.clone(run, shard), await this.planned(run, shard)];
    return { ...clone, host: record };
  }

  async asFencer<T>(server: Server, work: Work<T>, settings: Settings = {}): Promise<T> {
    return this.as(this.options.policy.logins.fencer, server, { readOnly: false, ...settings }, work);
  }

  async asReader<T>(server: Server, work: Work<T>, settings: Settings = {}): Promise<T> {
    return this.as(this.options.policy.logins.reader, server, settings, work);
  }

  async applicationLogins(): Promise<{ secret: string; login: Login }[]> {
    const { policy, logins } = this.options;
    return Promise.all(
      policy.logins.applications.map(async (secret) => ({ secret, login: await logins.current(secret) })),
    );
  }

  /** Opens a session with a login that is given, not looked up: to prove that it is taken. */
  async proveLogin(server: Server, login: Login): Promise<void> {
    const { applicationName } = this.options;
    await withSession(server, login, { applicationName, readOnly: true }, (session) =>
      session.query('SELECT 1'),
    );
  }

  private async as<T>(secret: string, server: Server, settings: Settings, work: Work<T>): Promise<T> {
    const login = await this.options.logins.current(secret);
    const { applicationName } = this.options;
    return withSession(server, login, { applicationName, readOnly: true, ...settings }, work);
  }

  private async planned(run: string, shard: string): Promise<PlannedDatabase> {
    const found = (await this.plan(run)).shards.find(({ name }) => name === shard);
    if (found) return found;
    throw new RollbackError('InvalidInput', `The plan of run ${run} has no shard ${JSON.stringify(shard)}.`);
  }

  private async document<T>(key: string): Promise<T> {
    const found = await this.options.documents.read<T>(key);
    if (found) return found.value;
    throw new RollbackError('NotYetVisible', `There is no ${key} in the control bucket.`);
  }

  private server({ host, port }: { host: string; port: number }): Server {
    const { database, connection } = this.options.policy;
    return { host, port, database, tls: connection?.tls === 'off' ? 'off' : { serverName: host } };
  }
}

/** The shard that a step's request is about. Throws `InvalidInput` where there is none. */
export function shardOf(request: { shard?: string }): string {
  if (request.shard !== undefined) return request.shard;
  throw new RollbackError('InvalidInput', 'shard: expected the name of a shard, got nothing.');
}
