/** The stage a rehearsal plays on: the sandbox with the stacks deployed, the cluster, the application, the probes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type Policy, parsePolicy } from '../../../lib/domain/policy/policy.ts';
import type { World } from '../../../lib/sandbox/contract.ts';
import type { RdsService } from '../../../lib/sandbox/rds/service.ts';
import { Sandbox } from '../../../lib/sandbox/sandbox.ts';
import { createCluster, type OrdersCluster } from '../cluster.ts';
import type { WorkloadConfig } from '../workload/config.ts';
import type { ProbeConfig } from '../workload/probes.ts';
import { endProcess } from './processes.ts';
import { Witness } from './questions.ts';
import { synthesise } from './synthesise.ts';

const example = new URL('../', import.meta.url).pathname;

/** One nominal minute of waits, schedules and alarm periods passes in a second. */
const timeScale = 60;
/** Schedules and alarms come every three seconds instead of every minute: the sentinel's work is real. */
const recurrenceScale = 20;
/** Transactions a second over all shards, and tries of the probes a second over all instances. */
const rate = 60;
const tries = 30;

export interface StageOptions {
  /** Where everything that outlives the rehearsal goes. */
  directory: string;
  shards: number;
  orders: number;
  /** Nominal seconds that pass in one. */
  scale?: number;
  /** Nominal minutes that every restore takes at least. */
  restoreMinutes?: number;
  /** Changes of the example's policy, section by section. */
  policy?: Record<string, unknown>;
  /** Told what is being done, in a few words. */
  progress: (line: string) => void;
  /** Takes what must be ended, also when this is interrupted half-way; ended last in, first out. */
  cleanup: Cleanup;
}

export class Cleanup {
  private readonly steps: (() => Promise<void>)[] = [];

  add(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop())
      await step().catch((error) => errors.push(error));
    if (errors.length > 0)
      throw new AggregateError(errors, `not all could be taken down: ${errors.join('; ')}`);
  }
}

interface Faults {
  /** The state in which a restore of this instance ends, where it is to fail. */
  restore?: (instance: string) => 'incompatible-restore' | undefined;
  /** Called before every request to a service; what it throws is the answer. */
  call?: (call: { service: string; operation: string; input: any }) => void;
}

export interface Stage {
  sandbox: Sandbox;
  policy: Policy;
  cluster: OrdersCluster;
  witness: Witness;
  directory: string;
  /** Outputs of the deployed stacks, over all stacks. */
  outputs: Record<string, string>;
  /** What goes wrong on purpose. */
  faults: Faults;
  /** Milliseconds of the engine's own work until the clone took writes: base backup laid out, WAL replayed. */
  recoveryMs(instance: string): number;
  /** Sessions over the network whose role is a superuser. */
  superuserSessions(): Promise<{ instance: string; user: string }[]>;
  /** Starts the application and the probes. */
  startTraffic(): void;
  /** Ends them and waits until their lists are whole. */
  stopTraffic(): Promise<void>;
}

export async function setStage(options: StageOptions): Promise<Stage> {
  const { directory, progress, cleanup } = options;
  await mkdir(directory, { recursive: true });
  for (const old of ['workload.jsonl', 'probes.jsonl', 'evidence', 'cdk.out'])
    await rm(join(directory, old), { recursive: true, force: true });
  const world = JSON.parse(await readFile(join(example, 'account.json'), 'utf8')) as World;
  const policyFile = join(directory, 'rollback.yaml');
  const policy = await writePolicy(policyFile, options);
  const cdkOut = join(directory, 'cdk.out');

  progress('Synthesising the stacks and starting the sandbox');
  const synthesis = synthesise(policyFile, cdkOut);
  cleanup.add(synthesis.end);
  // Awaited below, after the cluster; a failure meanwhile must not end the process.
  synthesis.done.catch(() => {});
  const starting = Sandbox.start({
    world,
    clock: { scale: options.scale ?? timeScale, recurrenceScale },
    rds: { restoreMinutes: options.restoreMinutes },
  });
  cleanup.add(async () => {
    const started = await starting.catch(() => undefined);
    await started?.stop();
  });
  const sandbox = await starting;
  const faults = injectable(sandbox);
  Object.assign(process.env, sandbox.environment());
  const witness = new Witness(sandbox.dns);
  progress(`Starting ${policy.shards.length} PostgreSQL instances with ${options.orders} orders`);
  const securityGroups = world.securityGroups.filter(({ name }) => name === 'orders-db').map(({ id }) => id);
  const [cluster] = await Promise.all([
    createCluster({
      policy,
      orders: options.orders,
      securityGroups,
      resolve: (name) => witness.address(name),
    }),
    synthesis.done,
  ]);
  progress('Deploying the synthesised template');
  const stacks = await sandbox.deploy(cdkOut);
  const outputs = Object.assign({}, ...Object.values(stacks).map((stack) => stack.outputs)) as Record<
    string,
    string
  >;

  const traffic: WorkloadConfig = {
    dns: sandbox.dns,
    localAddress: sandbox.host('app').address,
    port: cluster.shards[0]!.instance.port,
    database: policy.database,
    secret: policy.logins.applications[0]!,
    shards: policy.shards.map(({ name, record }) => ({ name, record })),
    rate,
    file: join(directory, 'workload.jsonl'),
  };
  const probes: ProbeConfig = {
    ...traffic,
    cluster: policy.cluster,
    tries,
    file: join(directory, 'probes.jsonl'),
  };
  const children: ChildProcess[] = [];
  const stopTraffic = async () => {
    await Promise.all(children.splice(0).map(endProcess));
  };
  cleanup.add(stopTraffic);
  return {
    sandbox,
    policy,
    cluster,
    witness,
    directory,
    outputs,
    faults,
    recoveryMs(instance) {
      const { copyMs = 0, recoveryMs = 0 } = sandbox.service<RdsService>('rds').timings(instance) ?? {};
      return copyMs + recoveryMs;
    },
    superuserSessions: () => sandbox.service<RdsService>('rds').superuserSessions(),
    startTraffic() {
      children.push(start('workload/main.ts', traffic), start('workload/probes.ts', probes));
    },
    stopTraffic,
  };
}

/** Faults that a scenario may set at any time; asked at every call. */
function injectable(sandbox: Sandbox): Faults {
  const faults: Faults = {};
  sandbox.intercept = (call) => faults.call?.(call);
  sandbox.service<RdsService>('rds').faults.restore = (instance) => faults.restore?.(instance);
  return faults;
}

async function writePolicy(file: string, options: StageOptions): Promise<Policy> {
  const plain = parse(await readFile(join(example, 'rollback.yaml'), 'utf8')) as Record<string, any>;
  plain.shards = Array.from({ length: options.shards }, (_, n) => ({
    name: `shard-${n}`,
    record: `shard-${n}.${plain.zone.name}`,
  }));
  for (const [section, change] of Object.entries(options.policy ?? {}))
    plain[section] = merge(plain[section], change);
  await writeFile(file, stringify(plain));
  return parsePolicy(plain);
}

function merge(value: unknown, change: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof change !== 'object' || change === null)
    return change;
  const merged: Record<string, unknown> = { ...value };
  for (const [key, inner] of Object.entries(change)) merged[key] = merge(merged[key], inner);
  return merged;
}

function start(script: string, config: object): ChildProcess {
  // The pipe to the child's standard input closes with this process, and the child ends by that.
  return spawn(process.execPath, [join(example, script), JSON.stringify(config)], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
}
