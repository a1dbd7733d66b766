import type { Client } from 'pg';
import type { Operation, SandboxContext, Service } from '../contract.ts';
import type { Network } from '../network/network.ts';
import { Fleet, type RdsFaults, type RdsOptions } from './fleet.ts';
import type { Timings } from './instance.ts';
import { accountOperations } from './operations/account.ts';
import { createOperations } from './operations/create.ts';
import { deleteOperations } from './operations/delete.ts';
import { describeOperations } from './operations/describe.ts';
import { modifyOperations } from './operations/modify.ts';
import type { FleetOperation } from './operations/operation.ts';
import { parameterGroupOperations } from './operations/parameter-groups.ts';
import { restoreOperations } from './operations/restore.ts';
import { subnetGroupOperations } from './operations/subnet-groups.ts';
import { tagOperations } from './operations/tags.ts';
import { removeStaleHomes } from './postgres/cleanup.ts';
import { superuserSessions } from './postgres/roles.ts';

const allOperations: Record<string, FleetOperation> = {
  ...accountOperations,
  ...createOperations,
  ...deleteOperations,
  ...describeOperations,
  ...modifyOperations,
  ...parameterGroupOperations,
  ...restoreOperations,
  ...subnetGroupOperations,
  ...tagOperations,
};

const defaults: RdsOptions = {
  uploadSeconds: 300,
  restoreMinutes: 0,
  instanceQuota: 40,
  storageQuotaGib: 100_000,
};

/** RDS for PostgreSQL: every instance is a real server, every restore a real recovery to a point in time. */
export class RdsService implements Service {
  readonly name = 'rds';
  readonly operations: Record<string, Operation>;
  /** What shall go wrong; may be changed at any time. */
  readonly faults: RdsFaults = {};
  readonly #context: SandboxContext;
  readonly #network: Network;
  readonly #options: RdsOptions;
  #fleet: Fleet | undefined;
  #stopWatching: () => void = () => undefined;

  constructor(context: SandboxContext, network: Network, options: Partial<RdsOptions> = {}) {
    this.#context = context;
    this.#network = network;
    this.#options = { ...defaults, ...options };
    this.operations = Object.fromEntries(
      Object.entries(allOperations).map(([name, operation]) => [
        name,
        (input) => operation(this.#started, input),
      ]),
    );
  }

  async start(): Promise<void> {
    for (const directory of await removeStaleHomes())
      this.#context.log(`rds: removed what was left in ${directory}`);
    const fleet = await Fleet.open(this.#context, this.#network, this.#options, this.faults);
    this.#fleet = fleet;
    this.#stopWatching = this.#network.onChange(() => fleet.allowAll());
  }

  /** Ends every server and removes all data. */
  async stop(): Promise<void> {
    this.#stopWatching();
    await this.#fleet?.close();
    this.#fleet = undefined;
  }

  /** Ends and removes what sandboxes left that were killed; gives the removed folders. */
  static cleanStale(): Promise<string[]> {
    return removeStaleHomes();
  }

  /** How long the engine itself took to make or restore this instance; undefined for an unknown one. */
  timings(instanceIdentifier: string): Timings | undefined {
    return this.#started.instances.get(instanceIdentifier)?.timings;
  }

  /** For tests: the one way in as superuser, over a private socket. The caller ends the client. */
  connectAsSuperuser(instanceIdentifier: string, database?: string): Promise<Client> {
    return this.#started.get(instanceIdentifier).database.server.connectAsSuperuser(database);
  }

  /** For tests: sessions over TCP whose role is a superuser. There must never be one. */
  async superuserSessions(): Promise<{ instance: string; user: string; address: string }[]> {
    const running = [...this.#started.instances.values()].filter(({ database }) => database.server.running);
    const found = await Promise.all(
      running.map(async ({ identifier, database }) => {
        const sessions = await database.server.asSuperuser(superuserSessions);
        return sessions.map((session) => ({ instance: identifier, ...session }));
      }),
    );
    return found.flat();
  }

  get #started(): Fleet {
    if (!this.#fleet) throw new Error('The RDS service of the sandbox is not running.');
    return this.#fleet;
  }
}
