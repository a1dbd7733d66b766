import type { Login, Server } from '../../lib/adapters/postgres/connection.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { forAll } from '../../lib/domain/for-all.ts';
import type { Policy } from '../../lib/domain/policy/policy.ts';
import type { Documents } from '../databases.ts';
import { look, type Sight } from './look.ts';

/** `sentinel/<cluster>/last-good.json`. */
export interface LastGood {
  /** The smallest of the shards' times. */
  at: string;
  shards: Record<string, { at: string }>;
}

export interface Gauges {
  /** Values of the cluster, or of one shard of it; units are in the names. */
  emit(dimensions: { Cluster: string; Shard?: string }, values: Record<string, number>): void;
}

export interface SentinelPorts {
  policy: Policy;
  documents: Documents;
  gauges: Gauges;
  reader(): Promise<Login>;
  /** The server behind a shard's DNS record. */
  server(record: string): Promise<Server>;
  log: {
    info(message: string, fields: Record<string, unknown>): void;
    warn(message: string, fields: Record<string, unknown>): void;
  };
}

/** What a shard gave: a sight, or why there is none. */
type Seen = Sight | { shard: string; unreachable: string };

const atOnce = 16;

/**
 * Looks at every shard once. A violation is counted; a shard that cannot be reached, or an invariant that cannot be
 * run, is none: it only keeps the pass from being good. Only a pass that is good on every shard becomes the last good
 * one, so that the restore point stays before the damage however long it goes on.
 */
export async function pass(ports: SentinelPorts): Promise<{ good: boolean; violations: number }> {
  const { policy, gauges, log } = ports;
  const Cluster = policy.cluster;
  const reader = await ports.reader();
  const seen = await forAll(policy.shards, atOnce, (shard) => see(ports, reader, shard));
  let [violations, lag] = [0, 0];
  for (const sight of seen) {
    if ('unreachable' in sight) {
      log.warn('shard out of reach', sight);
      continue;
    }
    const found = Object.values(sight.violated).reduce((sum, rows) => sum + rows, 0);
    violations += found;
    lag = Math.max(lag, sight.lagSeconds);
    gauges.emit(
      { Cluster, Shard: sight.shard },
      { InvariantViolations: found, ReplicationLagSeconds: sight.lagSeconds },
    );
    if (!clean(sight)) log.warn('shard not good', { ...sight });
  }
  const sights = seen.filter((sight): sight is Sight => !('unreachable' in sight) && clean(sight));
  const good = sights.length === policy.shards.length;
  gauges.emit(
    { Cluster },
    { InvariantViolations: violations, SentinelPass: good ? 1 : 0, ReplicationLagSeconds: lag },
  );
  if (good && sights.every(({ dated }) => dated)) await keepLastGood(ports, sights);
  log.info('pass done', { good, violations });
  return { good, violations };
}

function clean({ violated, unseen }: Sight): boolean {
  return Object.keys(violated).length === 0 && Object.keys(unseen).length === 0;
}

async function see(
  { policy, server }: SentinelPorts,
  reader: Login,
  { name, record }: Policy['shards'][number],
): Promise<Seen> {
  try {
    return await look({
      shard: name,
      server: await server(record),
      reader,
      invariants: policy.invariants,
      statementTimeoutMs: policy.sentinel.statementTimeoutMs,
      marginSeconds: policy.restorePoint.marginSeconds,
    });
  } catch (error) {
    const { message } = error as Error;
    return {
      shard: name,
      unreachable: error instanceof RollbackError ? `${error.name}: ${message}` : message,
    };
  }
}

async function keepLastGood({ policy, documents }: SentinelPorts, sights: Sight[]): Promise<void> {
  const key = `sentinel/${policy.cluster}/last-good.json`;
  // RFC 3339 in one form: alphabetical order is that of time.
  const at = sights.map((sight) => sight.at).sort()[0]!;
  // Passes may overlap where one is slow: the older one, ending later, changes nothing.
  const kept = (await documents.read<LastGood>(key))?.value;
  if (kept !== undefined && kept.at >= at) return;
  const shards = Object.fromEntries(sights.map((sight) => [sight.shard, { at: sight.at }]));
  await documents.write(key, { at, shards } satisfies LastGood);
}
