import { Resolver } from 'node:dns/promises';
import { Socket } from 'node:net';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import pg from 'pg';

export interface Login {
  username: string;
  password: string;
}

const secrets = new SecretsManagerClient({});

/** The login as it is today; read again after a refused password, because passwords are rotated. */
export async function readLogin(secret: string): Promise<Login> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secret }));
  return JSON.parse(SecretString ?? '{}') as Login;
}

/** Asks the VPC's name server, at every call: an application that cached the answer would miss the move. */
export function resolverOf(dns: { address: string; port: number }): (name: string) => Promise<string> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([`${dns.address}:${dns.port}`]);
  return async (name) => {
    const [address] = await resolver.resolve4(name);
    if (address === undefined) throw new Error(`${name} has no address`);
    return address;
  };
}

/** Connects from the application's own address, as a machine in the VPC would. */
export async function connect(options: {
  address: string;
  port: number;
  database: string;
  login: Login;
  localAddress: string;
}): Promise<pg.Client> {
  const client = new pg.Client({
    host: options.address,
    port: options.port,
    database: options.database,
    user: options.login.username,
    password: options.login.password,
    connectionTimeoutMillis: 3000,
    query_timeout: 10_000,
    application_name: 'orders',
    stream: () => boundSocket(options.localAddress),
  });
  // A connection that is ended by the server reports it here too; the query in flight already fails by it.
  client.on('error', () => {});
  await client.connect();
  return client;
}

function boundSocket(localAddress: string): Socket {
  const socket = new Socket();
  const plain = socket.connect.bind(socket) as (options: object) => Socket;
  socket.connect = ((port: number, host: string) => plain({ port, host, localAddress })) as Socket['connect'];
  return socket;
}
