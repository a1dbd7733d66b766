import { randomBytes } from 'node:crypto';
import { composeSql } from '../sql-composition.ts';
import { type Composition, serve } from '../step.ts';
import { disarmClone } from './disarm-clone.ts';
import { fenceShard } from './fence-shard.ts';
import { openShard } from './open-shard.ts';
import type { DatabasePorts } from './ports.ts';
import { prepareClone } from './prepare-clone.ts';
import { rotateCredentials } from './rotate-credentials.ts';
import { unfenceShard } from './unfence-shard.ts';

async function main(): Promise<Composition<DatabasePorts>> {
  const { databases, documents, logins, trail, lock } = await composeSql('database');
  const randomToken = () => randomBytes(32).toString('hex');
  return { ports: { databases, documents, rotation: logins, randomToken }, trail, lock };
}

export const handler = serve(
  [disarmClone, fenceShard, unfenceShard, prepareClone, openShard, rotateCredentials],
  main,
);
