import type { SandboxContext } from '../contract.ts';
import type { Network } from '../network/network.ts';
import { Database } from './database.ts';
import { instanceNotFound } from './errors.ts';
import { EventLog } from './events.ts';
import { endpointHost, newResourceId } from './identifiers.ts';
import type { Instance, ParameterGroupMembership, Settings, Status, Tag } from './instance.ts';
import { ParameterCatalogue } from './parameters/catalogue.ts';
import { ParameterGroups } from './parameters/groups.ts';
import { PostgresHome } from './postgres/home.ts';
import { SubnetGroups } from './subnet-groups.ts';

/** The port that security group rules name; the real one differs only where 5432 is taken on this machine. */
const rulePort = 5432;
const dayMs = 86_400_000;

/** How this account and Region behave; durations are nominal, divided by the clock's scale. */
export interface RdsOptions {
  /** Between two uploads of WAL, hence the lag of LatestRestorableTime. Default 300. */
  uploadSeconds: number;
  /** A restore lasts at least this long. Default 0: as long as the recovery takes. */
  restoreMinutes: number;
  /** DB instances per Region. Default 40. */
  instanceQuota: number;
  /** GiB of storage per Region, over all instances. Default 100,000. */
  storageQuotaGib: number;
}

/** What a scenario can make go wrong. */
export interface RdsFaults {
  /** A terminal state that the restore of this instance shall end in. */
  restore?: (instanceIdentifier: string) => Status | undefined;
}

export interface NewInstance {
  identifier: string;
  settings: Settings;
  securityGroupIds: string[];
  parameterGroup: string;
  subnetGroup: string;
  tags: Tag[];
}

/** All instances of the account, with what they share, and the work that goes on behind answered requests. */
export class Fleet {
  readonly context: SandboxContext;
  readonly network: Network;
  readonly options: RdsOptions;
  readonly faults: RdsFaults;
  readonly home: PostgresHome;
  readonly catalogue: ParameterCatalogue;
  readonly parameterGroups: ParameterGroups;
  readonly subnetGroups: SubnetGroups;
  readonly events: EventLog;
  readonly instances = new Map<string, Instance>();
  /** Deleted instances whose automated backups were kept, by resource id. */
  readonly retained = new Map<string, Instance>();
  readonly #work = new Set<Promise<void>>();
  readonly #timers = new Map<string, (() => void)[]>();
  readonly #stopping = new AbortController();

  private constructor(
    parts: Pick<Fleet, 'context' | 'network' | 'options' | 'faults' | 'home' | 'catalogue'>,
  ) {
    this.context = parts.context;
    this.network = parts.network;
    this.options = parts.options;
    this.faults = parts.faults;
    this.home = parts.home;
    this.catalogue = parts.catalogue;
    const majorVersion = parts.home.binaries.version.split('.')[0]!;
    const { account, region } = parts.context;
    this.parameterGroups = new ParameterGroups(parts.catalogue, { account, region, majorVersion });
    this.subnetGroups = new SubnetGroups(parts.network.vpc, { account, region });
    this.events = new EventLog(parts.context);
  }

  static async open(
    context: SandboxContext,
    network: Network,
    options: RdsOptions,
    faults: RdsFaults,
  ): Promise<Fleet> {
    const home = await PostgresHome.open();
    const catalogue = await ParameterCatalogue.read(home);
    return new Fleet({ context, network, options, faults, home, catalogue });
  }

  /** Ends every server and removes all data. */
  async close(): Promise<void> {
    this.#stopping.abort(new Error('The sandbox is stopping.'));
    for (const identifier of this.instances.keys()) this.#stopTimers(identifier);
    await Promise.all([...this.instances.values()].map(({ database }) => database.close()));
    await Promise.all(this.#work);
    await this.home.close();
  }

  /** By identifier or ARN. */
  get(identifier: string | undefined): Instance {
    const name = identifier?.startsWith('arn:') ? identifier.split(':').at(-1)! : (identifier ?? '');
    const found = this.instances.get(name.toLowerCase());
    if (!found) throw instanceNotFound(name);
    return found;
  }

  add(wanted: NewInstance): Instance {
    const { account, region, clock } = this.context;
    const resourceId = newResourceId();
    const address = this.network.allocate();
    const port = this.network.port;
    const parameterGroup: ParameterGroupMembership = {
      name: wanted.parameterGroup,
      inForce: wanted.parameterGroup,
      status: 'in-sync',
    };
    const instance: Instance = {
      identifier: wanted.identifier,
      resourceId,
      arn: `arn:aws:rds:${region}:${account}:db:${wanted.identifier}`,
      status: 'creating',
      createdAt: clock.now(),
      host: endpointHost(wanted.identifier, account, region),
      address,
      port,
      settings: wanted.settings,
      pending: {},
      securityGroups: wanted.securityGroupIds.map((id) => ({ id, status: 'active' })),
      parameterGroup,
      subnetGroup: wanted.subnetGroup,
      tags: wanted.tags,
      database: new Database(this.home, { resourceId, address, port }),
      timings: { startedAt: clock.now() },
    };
    this.instances.set(instance.identifier, instance);
    return instance;
  }

  /** Goes on after the request was answered; where it fails the instance ends in `failure`. */
  inBackground(instance: Instance, failure: Status, work: () => Promise<void>): void {
    const task = work()
      .catch((error: Error) => {
        // What fails because the instance or the sandbox is being removed is no news.
        if (this.#stopping.signal.aborted || instance.status === 'deleting') return;
        instance.status = failure;
        this.events.record(instance, 'failure', `The DB instance is in state ${failure}: ${error.message}`);
        this.context.log(`rds: ${instance.identifier} is ${failure}: ${error.message}`);
      })
      .finally(() => this.#work.delete(task));
    this.#work.add(task);
  }

  /** Waits nominal milliseconds; ends early, as an error, when the sandbox stops. */
  async sleep(nominalMs: number): Promise<void> {
    if (nominalMs > 0) await this.context.clock.sleep(nominalMs, this.#stopping.signal);
  }

  /** The last part of a creation or restore: reachable, backed up, then available. */
  async finish(instance: Instance): Promise<void> {
    this.network.attachServer(instance.identifier, instance.address, groupIds(instance));
    await this.allow(instance);
    this.network.setName(instance.host, instance.address);
    if (instance.settings.BackupRetentionPeriod) await this.startBackups(instance);
    instance.status = 'available';
    instance.timings.availableAt = this.context.clock.now();
  }

  /** A first base backup, then WAL goes up at intervals and a base backup is made every day. */
  async startBackups(instance: Instance): Promise<void> {
    instance.status = 'backing-up';
    await instance.database.backUp();
    this.events.record(instance, 'backup', 'Finished DB Instance backup');
    const { clock } = this.context;
    const attempt = (work: () => Promise<void>) => () => {
      if (instance.database.server.running) work().catch((error) => this.#backupFailed(instance, error));
    };
    this.#timers.set(instance.identifier, [
      clock.every(
        this.options.uploadSeconds * 1000,
        attempt(() => instance.database.upload()),
      ),
      clock.every(
        dayMs,
        attempt(() => instance.database.backUp()),
      ),
    ]);
  }

  async stopBackups(instance: Instance): Promise<void> {
    this.#stopTimers(instance.identifier);
    await instance.database.dropBackups();
  }

  /** Lets in whom the instance's security groups let in; resolves once that is in force. */
  async allow(instance: Instance): Promise<void> {
    await instance.database.allow(this.network.sourcesFor(groupIds(instance), rulePort));
  }

  /** After a change of rules anywhere: every running instance is judged anew. */
  async allowAll(): Promise<void> {
    const running = [...this.instances.values()].filter((each) => each.database.server.running);
    await Promise.all(
      running.map((instance) =>
        this.allow(instance).catch((error) => {
          // A server that ended meanwhile lets nobody in anyway.
          if (instance.database.server.running) throw error;
        }),
      ),
    );
  }

  /** Ends the instance's server; its backups stay where they are kept. */
  async remove(instance: Instance, keepBackups: boolean): Promise<void> {
    this.#stopTimers(instance.identifier);
    this.network.detachServer(instance.identifier);
    this.network.removeName(instance.host);
    await instance.database.remove(keepBackups);
    this.instances.delete(instance.identifier);
    if (keepBackups) this.retained.set(instance.resourceId, instance);
  }

  #stopTimers(identifier: string): void {
    for (const stop of this.#timers.get(identifier) ?? []) stop();
    this.#timers.delete(identifier);
  }

  #backupFailed(instance: Instance, error: Error): void {
    // A server that was stopped meanwhile (reboot, delete) is backed up at the next interval or never.
    if (instance.status === 'available')
      this.context.log(`rds: backup of ${instance.identifier}: ${error.message}`);
  }
}

export function groupIds(instance: Instance): string[] {
  return instance.securityGroups.map(({ id }) => id);
}
