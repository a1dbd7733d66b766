import { setTimeout as pause } from 'node:timers/promises';
import type { DatabasePorts, Rotation } from '../../lambdas/database/ports.ts';
import { Databases, type Documents } from '../../lambdas/databases.ts';
import type { StepTools } from '../../lambdas/step.ts';
import type { ValidatePorts } from '../../lambdas/validate/ports.ts';
import type { Login } from '../../lib/adapters/postgres/connection.ts';
import type { RunRef, StepRequest } from '../../lib/domain/envelope.ts';
import { type Policy, parsePolicy } from '../../lib/domain/policy/policy.ts';
import { allowedRoles, application, fencer, reader, type TestServer } from './server.ts';

export const runId = '20261122T030405Z-0123456789abcdef';

/** The control bucket in memory. */
export class MemoryDocuments implements Documents {
  readonly all = new Map<string, unknown>();

  async read<T>(key: string) {
    return this.all.has(key) ? { value: structuredClone(this.all.get(key)) as T, etag: key } : undefined;
  }

  async write(key: string, value: unknown) {
    this.all.set(key, structuredClone(value));
  }
}

/** Secrets Manager in memory, with the versions of the logins. */
class MemoryLogins implements Rotation {
  readonly versions = new Map<string, Login>();
  readonly logins: Record<string, Login> = { fencer, reader, app: application };

  async current(secret: string) {
    return this.logins[secret]!;
  }

  async pending(secret: string, requestToken: string, password: string) {
    const made = this.versions.get(requestToken) ?? { ...this.logins[secret]!, password };
    this.versions.set(requestToken, made);
    return made;
  }

  async promote(secret: string, requestToken: string) {
    this.logins[secret] = this.versions.get(requestToken)!;
  }
}

export interface TestRun extends DatabasePorts, ValidatePorts {
  documents: MemoryDocuments;
  logins: MemoryLogins;
  request<Input>(input: Input): StepRequest<Input>;
}

export interface TestShard {
  source: TestServer;
  clone?: TestServer;
}

export interface RunOptions {
  restorePoint?: string;
  restoredBefore?: string[];
  policy?: Partial<Policy>;
}

/** The ports of the steps over real servers, and a run whose plan has one shard, `shard-0`. */
export function testRun({ source, clone }: TestShard, options: RunOptions = {}): TestRun {
  const documents = new MemoryDocuments();
  const logins = new MemoryLogins();
  const policy = testPolicy(options.policy);
  const endpoint = (server: TestServer) => ({ host: '127.0.0.1', port: server.port });
  documents.all.set(`runs/${runId}/plan.json`, {
    restorePoint: options.restorePoint ?? new Date(Date.now() + 1000).toISOString(),
    restoredBefore: options.restoredBefore ?? [],
    shards: [{ name: 'shard-0', record: 'localhost', source: endpoint(source) }],
  });
  if (clone) documents.all.set(`runs/${runId}/clones/shard-0.json`, endpoint(clone));
  let tokens = 0;
  return {
    documents,
    logins,
    rotation: logins,
    databases: new Databases({ policy, documents, logins, applicationName: 'test' }),
    randomToken: () => `token${++tokens}`,
    elapsed: () => performance.now(),
    pause: () => pause(10),
    request: (input) => ({
      run: { id: runId, cluster: 'orders' } as RunRef,
      shard: 'shard-0',
      input,
      attempt: 0,
    }),
  };
}

/** No step under test uses its tools. */
export const noTools = {} as StepTools;

export function testPolicy(changes: Partial<Policy> = {}): Policy {
  const rollbackClass = {
    preauthorised: [],
    approval: { quorum: 1, timeoutMinutes: 30 },
    coolDownMinutes: 15,
    rto: '30m',
    rpo: '5m',
  };
  return parsePolicy({
    version: 1,
    cluster: 'orders',
    engine: 'rds-postgres',
    database: 'orders',
    residency: { accounts: ['111122223333'], regions: ['eu-central-1'] },
    network: {
      vpc: 'vpc-0a1b2c3d4e5f60718',
      availabilityZones: ['eu-central-1a'],
      subnets: ['subnet-0a1b2c3d4e5f60001'],
      databaseSecurityGroups: ['sg-0a1b2c3d4e5f6000d'],
      operators: [],
    },
    zone: { id: 'Z0ORDERS0EXAMPLE0001', name: 'orders.internal' },
    shards: [{ name: 'shard-0', record: 'shard-0.orders.internal' }],
    canary: ['shard-0'],
    connection: { tls: 'off' },
    logins: { fencer: 'fencer', reader: 'reader', applications: ['app'] },
    allowedRoles,
    classes: { data: rollbackClass },
    restorePoint: { marginSeconds: 0, waitMinutes: 15 },
    clones: { maxHours: 4, onFailure: 'delete', retentionDays: 7 },
    cutover: {
      freeze: 'before-move',
      ttlSeconds: 5,
      fenceTimeoutSeconds: 10,
      waves: [1],
      wavePauseSeconds: 0,
      watchSeconds: 90,
    },
    sentinel: { statementTimeoutMs: 2000 },
    invariants: [
      { name: 'no-negative-totals', scope: 'shard', sql: 'SELECT id FROM orders WHERE total < 0' },
    ],
    totals: [
      {
        name: 'transfers-balance',
        sql: 'SELECT coalesce(sum(amount), 0) FROM ledger_entries',
        expected: '0',
        straddling:
          'SELECT transfer_id, sum(amount) AS amount FROM ledger_entries GROUP BY 1 HAVING sum(amount) <> 0',
      },
    ],
    tables: ['orders', 'ledger_entries'],
    ...changes,
  });
}
