import { randomBytes } from 'node:crypto';
import type {
  ChangeInfo,
  ChangeResourceRecordSetsRequest,
  CreateHostedZoneRequest,
  ListHostedZonesByVPCRequest,
  ListResourceRecordSetsRequest,
} from '@aws-sdk/client-route-53';
import { type Operation, type SandboxContext, type Service, ServiceError, type World } from '../contract.ts';
import type { Network } from '../network/network.ts';
import { applyBatch } from './change-batch.ts';
import { DnsServer } from './dns-server.ts';
import { listRecordSets, listZonesByName } from './listing.ts';
import { throttled } from './throttle.ts';
import { type HostedZone, nameServers } from './zone.ts';
import { HostedZones } from './zones.ts';

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
  readonly #zones: HostedZones;
  readonly #changes = new Map<string, ChangeInfo>();
  readonly #accepting = new Set<string>();
  readonly #stopping = new AbortController();
  readonly #dns: DnsServer;
  #dnsAddress: { address: string; port: number } | undefined;

  constructor(
    context: SandboxContext,
    network: Network,
    zones: World['hostedZones'],
    options: Partial<Route53Options> = {},
  ) {
    this.#context = context;
    this.#network = network;
    this.#options = { insyncSeconds: 5, acceptSeconds: 0.3, ...options };
    this.#zones = new HostedZones(zones);
    this.#dns = new DnsServer({
      zones: this.#zones,
      addressOf: (host) => network.resolve(host),
    });
    const operations: Record<string, Operation> = {
      ChangeResourceRecordSets: (input) => this.#change(input),
      CreateHostedZone: (input) => this.#create(input),
      DeleteHostedZone: (input) => this.#delete(input),
      GetChange: (input) => this.#getChange(input),
      GetHostedZone: (input) => this.#getZone(input),
      ListHostedZones: () => this.#listZones(),
      ListHostedZonesByName: async (input) => listZonesByName(this.#zones.byName(), input),
      ListHostedZonesByVPC: (input) => this.#listZonesByVpc(input),
      ListResourceRecordSets: (input) => this.#listRecordSets(input),
    };
    const limit = this.#options.requestsPerSecond;
    this.operations =
      limit === undefined
        ? operations
        : throttled(operations, { limit, windowMs: 1000 / context.clock.scale });
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
    const zone = this.#zones.get(input.HostedZoneId);
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
      Id: `/change/C${randomBytes(10).toString('hex').toUpperCase()}`,
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
    if (input.VPC && input.VPC.VPCId !== this.#network.vpc.id) {
      throw new ServiceError('InvalidVPCId', 'The VPC ID is invalid.');
    }
    const zone = this.#zones.create(input);
    return {
      HostedZone: zone.describe(),
      ChangeInfo: this.#announce(() => undefined),
      Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
      ...this.#where(zone),
    };
  }

  async #delete(input: { Id?: string }) {
    this.#zones.delete(input.Id);
    return { ChangeInfo: this.#announce(() => undefined) };
  }

  async #getZone(input: { Id?: string }) {
    const zone = this.#zones.get(input.Id);
    return { HostedZone: zone.describe(), ...this.#where(zone) };
  }

  async #listZones() {
    const zones = this.#zones.byName().map((zone) => zone.describe());
    return { HostedZones: zones, IsTruncated: false, MaxItems: 100, Marker: '' };
  }

  async #listZonesByVpc(input: ListHostedZonesByVPCRequest) {
    const isOurs = input.VPCId === this.#network.vpc.id;
    const zones = this.#zones.byName().filter(({ isPrivate }) => isOurs && isPrivate);
    const Owner = { OwningAccount: this.#context.account };
    return {
      HostedZoneSummaries: zones.map(({ id, name }) => ({ HostedZoneId: id, Name: name, Owner })),
      MaxItems: 100,
    };
  }

  async #listRecordSets(input: ListResourceRecordSetsRequest) {
    return listRecordSets(this.#zones.get(input.HostedZoneId).records(), input);
  }

  /** Either the VPC of a private zone or the name servers of a public one. */
  #where(zone: HostedZone) {
    if (!zone.isPrivate) return { DelegationSet: { NameServers: nameServers } };
    const { vpc } = this.#network;
    return { VPCs: [{ VPCId: vpc.id, VPCRegion: this.#context.region }] };
  }
}
