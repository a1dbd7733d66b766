/** What the application and the probes are told at their start, as JSON in the first argument. */
export interface WorkloadConfig {
  /** The name server of the VPC. */
  dns: { address: string; port: number };
  /** The address of the application's host: what the databases' security groups know it by. */
  localAddress: string;
  port: number;
  database: string;
  /** Secret with the application's login. */
  secret: string;
  shards: { name: string; record: string }[];
  /** Transactions a second, over all shards. */
  rate: number;
  /** Where the list of transactions goes, one JSON object a line. */
  file: string;
}

/** One line of the application's own list: what it knows of a transaction, whatever the database says later. */
export interface TransactionLine {
  key: string;
  shard: string;
  xid: string | null;
  sentAt: string;
  commitSentAt: string | null;
  ackedAt: string | null;
  /** `unknown`: COMMIT was sent and no answer came back. */
  state: 'acknowledged' | 'failed' | 'unknown';
  /** Address of the database server that the connection went to. */
  server: string;
}

export function readConfig<Config>(): Config {
  const text = process.argv[2];
  if (text === undefined)
    throw new Error('expected the configuration as JSON in the first argument, got none');
  return JSON.parse(text) as Config;
}
