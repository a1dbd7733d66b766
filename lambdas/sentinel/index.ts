import { resolveCname } from 'node:dns/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Server } from '../../lib/adapters/postgres/connection.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';
import { composeSql } from '../sql-composition.ts';
import { embeddedMetrics } from './gauges.ts';
import { pass, type SentinelPorts } from './pass.ts';

/** RDS's default; records carry no port. */
const port = 5432;

async function main(): Promise<SentinelPorts> {
  const { policy, documents, logins } = await composeSql('sentinel');
  return {
    policy,
    documents,
    gauges: embeddedMetrics(),
    reader: () => logins.current(policy.logins.reader),
    server: (record) => serverBehind(policy, record),
    log: new Logger({ serviceName: 'safe-rollback', persistentLogAttributes: { cluster: policy.cluster } }),
  };
}

/** A certificate names the endpoint, so the record is followed to it. */
async function serverBehind({ database, connection }: Policy, record: string): Promise<Server> {
  if (connection?.tls === 'off') return { host: record, port, database, tls: 'off' };
  const [endpoint] = await resolveCname(record);
  return { host: record, port, database, tls: { serverName: endpoint!.replace(/\.$/, '') } };
}

let ports: Promise<SentinelPorts> | undefined;

/** Woken by a schedule, once a minute. */
export async function handler(): Promise<{ good: boolean; violations: number }> {
  ports ??= main();
  try {
    return await pass(await ports);
  } catch (error) {
    // The next pass composes itself anew: a policy or a service that was out of reach may be there by then.
    ports = undefined;
    throw error;
  }
}
