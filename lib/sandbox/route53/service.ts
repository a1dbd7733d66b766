import { randomBytes } from 'node:crypto';
import type {
  ChangeInfo,
  ChangeResourceRecordSetsRequest,
  CreateHostedZoneRequest,
  ListHostedZonesByNameRequest,
  ListResourceRecordSetsRequest,
} from '@aws-sdk/client-route-53';
import { type Operation, type SandboxContext, type Service, ServiceError, type World } from '../contract.ts';
import type { Network } from '../network/network.ts';
import { applyBatch } from './change-batch.ts';
import { DnsServer } from './dns-server.ts';
import { listRecordSets, listZonesByName } from './listing.ts';
import { compareNames, normaliseName } from './names.ts';
import { HostedZone, nameServers } from './zone.ts';

/** How this account behaves; durations are nominal, divided by the clock's scale. */
export interface Route53Options {
  /** From a change's answer until it is INSYNC and DNS answers with it. Default 5. */
  insyncSeconds: number;
  /** How long a change takes to be accepted; another for the same zone meanwhile is refused. Default 0.3. */
  acceptSeconds: number;
  /** Requests a nominal second, above which they are throttled. Default: no limit; the account's own is 5. */
  requestsPerSecond?: number;
}

/** Route 53 over the zones of the world, with the DNS servers that answer for them. */
export class Route53Service implements Service {
  readonly name = 'route53';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #network: Network;
  readonly #options: Route53Options;
  readonly #zones: Map<string, HostedZone>;
  readonly #changes = new Map<string, ChangeInfo>();
  readonly #accepting = new Set<string>();
  readonly #stopping = new AbortController();
  readonly #dns: DnsServer;
  #dnsAddress: { address: string; port: number } | undefined;
  #requests: number[] = [];

  constructor(
    context: SandboxContext,
    network: Network,
    zones: World['hostedZones'],
    options: Partial<Route53Options> = {},
  ) {
    this.#context = context;
    this.#network = network;
    this.#options = { insyncSeconds: 5, acceptSeconds: 0.3, ...options };
    this.#zones = new Map(
      zones.map(({ id, name, private: isPrivate }) => [
        id,
        new HostedZone({ id, name, isPrivate, callerReference: `world:${id}` }),
      ]),
    );
    this.#dns = new DnsServer({
      zones: { [Symbol.iterator]: () => this.#zones.values() },
      addressOf: (host) => network.resolve(host),
    });
    this.operations = this.#throttled({
      ChangeResourceRecordSets: (input) => this.#change(input),
      CreateHostedZone: (input) => this.#create(input),
      DeleteHostedZone: (input) => this.#delete(input),
      GetChange: (input) => this.#getChange(input),
      GetHostedZone: (input) => this.#getZone(input),
      ListHostedZones: () => this.#listZones(),
      ListHostedZonesByName: (input) => this.#listZonesByName(input),
      ListResourceRecordSets: (input) => this.#listRecordSets(input),
    });
  }

  async start(): Promise<void> {
    this.#dnsAddress = await this.#dns.start(this.#network.allocate());
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The sandbox is stopping.'));
    if (this.#dnsAddress) await this.#dns.stop();
    this.#dnsAddress = undefined;
  }

  /** Where the DNS server listens, over UDP and TCP. */
  get dnsAddress(): { address: string; port: number } {
    if (!this.#dnsAddress) throw new Error('The DNS server of the sandbox is not running.');
    return this.#dnsAddress;
  }

  async #change(input: ChangeResourceRecordSetsRequest) {
    const zone = this.#zone(input.HostedZoneId);
    if (this.#accepting.has(zone.id)) {
      throw new ServiceError(
        'PriorRequestNotComplete',
        'The request was rejected because Route 53 was still processing a prior request.',
      );
    }
    this.#accepting.add(zone.id);
    try {
      const draft = applyBatch(zone, input.ChangeBatch?.Changes);
      await this.#context.clock.sleep(this.#options.acceptSeconds * 1000, this.#stopping.signal);
      const delta = zone.commit(draft);
      return { ChangeInfo: this.#announce(() => zone.serve(delta), input.ChangeBatch?.Comment) };
    } finally {
      this.#accepting.delete(zone.id);
    }
  }

  /** A change that is PENDING and becomes INSYNC, which is when `serve` is called. */
  #announce(serve: () => void, comment?: string): ChangeInfo {
    const change: ChangeInfo = {
      Id: `/change/C${randomId()}`,
      Status: 'PENDING',
      SubmittedAt: this.#context.clock.now(),
      ...(comment !== undefined && { Comment: comment }),
    };
    this.#changes.set(change.Id!, change);
    this.#context.clock.sleep(this.#options.insyncSeconds * 1000, this.#stopping.signal).then(
      () => {
        serve();
        change.Status = 'INSYNC';
      },
      // The sandbox stopped before: nobody asks any more.
      () => undefined,
    );
    return { ...change };
  }

  async #getChange(input: { Id?: string }) {
    const id = `/change/${input.Id?.replace(/^\/change\//, '')}`;
    const change = this.#changes.get(id);
    if (!change) {
      throw new ServiceError('NoSuchChange', `A change with the ID ${input.Id} was not found.`, {
        status: 404,
      });
    }
    return { ChangeInfo: { ...change } };
  }

  async #create(input: CreateHostedZoneRequest) {
    if (!input.Name || !input.CallerReference) {
      throw new ServiceError('InvalidInput', 'Name and CallerReference must be given.');
    }
    if (input.VPC && input.VPC.VPCId !== this.#network.vpc.id) {
      throw new ServiceError('InvalidVPCId', 'The VPC ID is invalid.');
    }
    const zones = [...this.#zones.values()];
    if (zones.some(({ callerReference }) => callerReference === input.CallerReference)) {
      throw new ServiceError(
        'HostedZoneAlreadyExists',
        `A hosted zone has already been created with the specified caller reference: ${input.CallerReference}`,
        { status: 409 },
      );
    }
    const zone = new HostedZone({
      id: `Z${randomId()}`,
      name: input.Name,
      isPrivate: input.VPC !== undefined,
      callerReference: input.CallerReference,
      comment: input.HostedZoneConfig?.Comment,
    });
    this.#zones.set(zone.id, zone);
    return {
      HostedZone: zone.describe(),
      ChangeInfo: this.#announce(() => undefined),
      Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
      ...this.#where(zone),
    };
  }

  async #delete(input: { Id?: string }) {
    const zone = this.#zone(input.Id);
    if (zone.records().some(({ type, name }) => name !== zone.name || !['NS', 'SOA'].includes(type))) {
      throw new ServiceError(
        'HostedZoneNotEmpty',
        'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
      );
    }
    this.#zones.delete(zone.id);
    return { ChangeInfo: this.#announce(() => undefined) };
  }

  async #getZone(input: { Id?: string }) {
    const zone = this.#zone(input.Id);
    return { HostedZone: zone.describe(), ...this.#where(zone) };
  }

  async #listZones() {
    const zones = [...this.#zones.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    return {
      HostedZones: zones.map((zone) => zone.describe()),
      IsTruncated: false,
      MaxItems: 100,
      Marker: '',
    };
  }

  async #listZonesByName(input: ListHostedZonesByNameRequest) {
    const zones = [...this.#zones.values()].sort((one, other) => compareNames(one.name, other.name));
    const start = input.DNSName && normaliseName(input.DNSName);
    return { ...listZonesByName(zones, { ...input, DNSName: start }), DNSName: input.DNSName };
  }

  async #listRecordSets(input: ListResourceRecordSetsRequest) {
    return listRecordSets(this.#zone(input.HostedZoneId).records(), input);
  }

  /** Either the VPC of a private zone or the name servers of a public one. */
  #where(zone: HostedZone) {
    if (!zone.isPrivate) return { DelegationSet: { NameServers: nameServers } };
    const { vpc } = this.#network;
    return { VPCs: [{ VPCId: vpc.id, VPCRegion: this.#context.region }] };
  }

  #zone(id: string | undefined): HostedZone {
    const bare = id?.replace(/^\/?hostedzone\//, '') ?? '';
    const zone = this.#zones.get(bare);
    if (!zone)
      throw new ServiceError('NoSuchHostedZone', `No hosted zone found with ID: ${bare}`, { status: 404 });
    return zone;
  }

  #throttled(operations: Record<string, Operation>): Record<string, Operation> {
    const limit = this.#options.requestsPerSecond;
    if (limit === undefined) return operations;
    const windowMs = 1000 / this.#context.clock.scale;
    const guard =
      (operation: Operation): Operation =>
      async (input, context) => {
        const now = performance.now();
        this.#requests = this.#requests.filter((at) => at > now - windowMs);
        if (this.#requests.length >= limit) throw new ServiceError('Throttling', 'Rate exceeded');
        this.#requests.push(now);
        return operation(input, context);
      };
    return Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [name, guard(operation)]),
    );
  }
}

function randomId(): string {
  return randomBytes(10).toString('hex').toUpperCase();
}
