import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { RunRef } from '../../../../lib/domain/envelope.ts';
import { type Policy, parsePolicy } from '../../../../lib/domain/policy/policy.ts';
import type { Plan } from '../../../../lib/domain/run/plan.ts';

const example = parse(
  readFileSync(join(import.meta.dirname, '../../../../examples/orders/rollback.yaml'), 'utf8'),
);

/** The example's policy with two shards; `change` may alter it before it is parsed. */
export function policy(change: (raw: any) => void = () => {}): Policy {
  const raw = structuredClone(example);
  raw.shards = raw.shards.slice(0, 2);
  raw.cutover.waves = [1, 1];
  change(raw);
  return parsePolicy(raw);
}

export const run: RunRef = {
  id: '20261122T030405Z-0123456789abcdef',
  cluster: 'orders',
  epoch: 1,
  mode: 'execute',
  class: 'data',
  incident: 'orders-20261122T030000Z',
  commander: 'eve',
  execution: 'arn:aws:states:eu-central-1:111122223333:execution:orders-rollback:one',
};

export function plan(): Plan {
  const shard = (name: string) => ({
    name,
    record: `${name}.orders.internal`,
    recordValue: `orders-${name}.rds.internal`,
    ttl: 60,
    source: {
      instanceId: `orders-${name}`,
      resourceId: `db-ORDERS-${name.toUpperCase()}`,
      host: `orders-${name}.rds.internal`,
      port: 5432,
      securityGroups: ['sg-app'],
      parameterGroup: 'orders-pg',
    },
    clone: { instanceId: `orders-${name}-01234567` },
    window: { earliest: '2026-11-15T03:30:00Z', latest: '2026-11-22T03:28:00Z' },
    dataLossSeconds: 1800,
  });
  return {
    run: run.id,
    cluster: 'orders',
    mode: 'execute',
    class: 'data',
    restorePoint: '2026-11-22T03:00:00Z',
    why: 'given with the request',
    restoredBefore: [],
    freeze: 'before-move',
    shards: [shard('shard-0'), shard('shard-1')],
    canary: ['shard-0'],
    waves: [['shard-0'], ['shard-1']],
    previousTtl: 60,
    estimate: { restoreSeconds: 800, cloneHourlyUsd: 0.56 },
  };
}
