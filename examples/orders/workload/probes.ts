/**
 * Two-writer probes: for every shard and every instance that ever belonged to it, tries without pause to write
 * as the application, directly at the instance, past the DNS names. Its list says when which side took a write;
 * no shard may ever have two sides that take writes at once.
 */
import { createWriteStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import type pg from 'pg';
import { readConfig, type WorkloadConfig } from './config.ts';
import { connect, readLogin, resolverOf } from './connect.ts';

export interface ProbeConfig extends WorkloadConfig {
  cluster: string;
  /** Tries a second over all instances: a refused connection costs the database a process. */
  tries: number;
}

/** One successful write; refused ones are only counted. */
export interface ProbeLine {
  shard: string;
  instance: string;
  sentAt: string;
  ackedAt: string;
}

/** A clone is quarantined for longer than this before it could take a write. */
const discoveryMs = 1000;

const config = readConfig<ProbeConfig>();
const list = createWriteStream(config.file, { flags: 'a' });
const resolve = resolverOf(config.dns);
const rds = new RDSClient({});
const known = new Map<string, Promise<void>>();
let running = true;
let login = await readLogin(config.secret);

async function probe(shard: string, instance: string, host: string): Promise<void> {
  let client: pg.Client | undefined;
  while (running) {
    try {
      client ??= await connect({ ...config, address: await resolve(host), login });
      const sentAt = new Date().toISOString();
      await client.query('INSERT INTO probes DEFAULT VALUES');
      const line: ProbeLine = { shard, instance, sentAt, ackedAt: new Date().toISOString() };
      list.write(`${JSON.stringify(line)}\n`);
    } catch (error) {
      if ((error as { code?: string }).code === '28P01') login = await readLogin(config.secret);
      await client?.end().catch(() => {});
      client = undefined;
    }
    await pause((1000 * known.size) / config.tries);
  }
  await client?.end().catch(() => {});
}

/** Instances of the cluster's shards: `<cluster>-<shard>` and every clone, `<cluster>-<shard>-<run>`. */
async function discover(): Promise<void> {
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  for (const { DBInstanceIdentifier: instance = '', Endpoint: endpoint } of DBInstances) {
    const shard = config.shards.find(
      ({ name }) =>
        instance === `${config.cluster}-${name}` || instance.startsWith(`${config.cluster}-${name}-`),
    );
    if (shard === undefined || endpoint?.Address === undefined || known.has(instance)) continue;
    known.set(instance, probe(shard.name, instance, endpoint.Address));
  }
}

process.on('SIGTERM', () => {
  running = false;
});
process.stdin.on('end', () => {
  running = false;
});
process.stdin.resume();

while (running) {
  await discover().catch(() => {});
  await pause(discoveryMs);
}
await Promise.all(known.values());
await new Promise<void>((resolveEnd) => list.end(resolveEnd));
process.exit(0);
