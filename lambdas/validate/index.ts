import { setTimeout as pause } from 'node:timers/promises';
import { composeSql } from '../sql-composition.ts';
import { type Composition, serve } from '../step.ts';
import { guardTraffic } from './guard-traffic.ts';
import type { ValidatePorts } from './ports.ts';
import { proveNames } from './prove-names.ts';
import { validateAcrossShards } from './validate-across-shards.ts';
import { validateShard } from './validate-shard.ts';
import { warmUp } from './warm-up.ts';

async function main(): Promise<Composition<ValidatePorts>> {
  const { databases, documents, trail, lock } = await composeSql('validate');
  return {
    ports: { databases, documents, elapsed: () => performance.now(), pause: (ms) => pause(ms) },
    trail,
    lock,
  };
}

export const handler = serve([warmUp, validateShard, validateAcrossShards, proveNames, guardTraffic], main);
