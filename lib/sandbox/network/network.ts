import type { World } from '../contract.ts';
import { commonPort, LoopbackBlock } from './loopback.ts';
import { covers, type SecurityGroup } from './security-group.ts';

/** Something in the VPC that connections come from. */
export interface NetworkInterface {
  /** `eni-…`. */
  id: string;
  description: string;
  address: string;
  securityGroupIds: string[];
}

/** Called after rules or interfaces changed; the change is in force once every listener has resolved. */
type Listener = () => Promise<void>;

/**
 * The VPC of a sandbox on loopback: who has which address, which group lets whom in, which host name
 * leads where. EC2 is its API, the databases ask it who may connect, the DNS server asks it for names.
 */
export class Network {
  readonly vpc: World['vpc'];
  /** The port of every database. */
  readonly port: number;
  readonly groups = new Map<string, SecurityGroup>();
  /** The group that a VPC gives to whatever names none: members reach each other, nobody else gets in. */
  readonly defaultGroupId: string;
  readonly #block: LoopbackBlock;
  readonly #interfaces = new Map<string, NetworkInterface>();
  readonly #names = new Map<string, string>();
  readonly #listeners = new Set<Listener>();
  #interfaceCount = 0;

  private constructor(world: World, block: LoopbackBlock, port: number) {
    this.vpc = world.vpc;
    this.port = port;
    this.#block = block;
    const own = world.securityGroups.find((group) => group.name === 'default');
    this.defaultGroupId = own?.id ?? `sg-0defa${hexadecimal(world.vpc.id).slice(-12)}`;
    this.groups.set(this.defaultGroupId, defaultGroup(this.defaultGroupId, world.vpc.id));
    for (const group of world.securityGroups) this.groups.set(group.id, fromWorld(group, world.vpc.id));
    for (const host of world.hosts) this.#attach(`host:${host.name}`, host.name, host.securityGroupIds);
  }

  /** Claims a block of loopback addresses and gives the world's hosts theirs. */
  static async open(world: World): Promise<Network> {
    const block = await LoopbackBlock.claim();
    return new Network(world, block, await commonPort(block.next()));
  }

  async close(): Promise<void> {
    await this.#block.release();
  }

  /** Every address of the sandbox lies in this range. */
  get cidr(): string {
    return this.#block.cidr;
  }

  /** A new address, for a server. */
  allocate(): string {
    return this.#block.next();
  }

  /** The address from which a host of the world must connect. */
  addressOfHost(name: string): string {
    const found = this.#interfaces.get(`host:${name}`);
    if (found) return found.address;
    throw new Error(`The world has no host "${name}"; it has: ${this.#hostNames().join(', ') || 'none'}.`);
  }

  /**
   * The address from which a function with these security groups must connect: one interface for each
   * set of groups, as Lambda shares them.
   */
  async addressFor(securityGroupIds: string[]): Promise<string> {
    const key = `lambda:${[...securityGroupIds].sort().join(',')}`;
    const known = this.#interfaces.get(key);
    if (known) return known.address;
    const added = this.#attach(key, 'AWS Lambda VPC ENI', securityGroupIds);
    await this.changed();
    return added.address;
  }

  /** An interface of its own, for a server that others may name by its group. */
  attachServer(name: string, address: string, securityGroupIds: string[]): void {
    this.#interfaces.set(`server:${name}`, {
      id: this.#interfaceId(),
      description: 'RDSNetworkInterface',
      address,
      securityGroupIds: [...securityGroupIds],
    });
  }

  detachServer(name: string): void {
    this.#interfaces.delete(`server:${name}`);
  }

  interfaces(): NetworkInterface[] {
    return [...this.#interfaces.values()];
  }

  /** The address ranges that may open a TCP connection to this port of a server in these groups. */
  sourcesFor(securityGroupIds: string[], port: number): string[] {
    const sources = new Set<string>();
    for (const id of securityGroupIds) {
      for (const rule of this.groups.get(id)?.ingress ?? []) {
        if (!covers(rule, port)) continue;
        if (rule.cidr) sources.add(rule.cidr);
        for (const member of this.#members(rule.groupId)) sources.add(`${member.address}/32`);
      }
    }
    return [...sources].sort();
  }

  setName(host: string, address: string): void {
    this.#names.set(host.toLowerCase(), address);
  }

  removeName(host: string): void {
    this.#names.delete(host.toLowerCase());
  }

  /** The address of a server's host name, without the trailing dot. */
  resolve(host: string): string | undefined {
    return this.#names.get(host.toLowerCase());
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells the listeners that rules or interfaces changed; resolves once the change is in force. */
  async changed(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener()));
  }

  #attach(key: string, description: string, securityGroupIds: string[]): NetworkInterface {
    const unknown = securityGroupIds.find((id) => !this.groups.has(id));
    if (unknown) throw new Error(`The security group '${unknown}' of ${description} does not exist.`);
    const added = {
      id: this.#interfaceId(),
      description,
      address: this.#block.next(),
      securityGroupIds: [...securityGroupIds],
    };
    this.#interfaces.set(key, added);
    return added;
  }

  #members(groupId: string | undefined): NetworkInterface[] {
    if (!groupId) return [];
    return this.interfaces().filter((each) => each.securityGroupIds.includes(groupId));
  }

  #interfaceId(): string {
    this.#interfaceCount += 1;
    return `eni-${this.#interfaceCount.toString(16).padStart(17, '0')}`;
  }

  #hostNames(): string[] {
    return [...this.#interfaces.keys()].filter((key) => key.startsWith('host:')).map((key) => key.slice(5));
  }
}

function hexadecimal(text: string): string {
  return Buffer.from(text).toString('hex');
}

function defaultGroup(id: string, vpcId: string): SecurityGroup {
  const everything = { protocol: '-1', fromPort: -1, toPort: -1 };
  return {
    id,
    name: 'default',
    description: 'default VPC security group',
    vpcId,
    ingress: [{ ...everything, groupId: id }],
    egress: [{ ...everything, cidr: '0.0.0.0/0' }],
    tags: [],
  };
}

function fromWorld(group: World['securityGroups'][number], vpcId: string): SecurityGroup {
  return {
    id: group.id,
    name: group.name,
    description: group.name,
    vpcId,
    ingress: group.ingress.map((rule) => ({
      protocol: rule.protocol,
      fromPort: rule.fromPort,
      toPort: rule.toPort,
      cidr: rule.cidr,
      groupId: rule.sourceGroupId,
    })),
    egress: [{ protocol: '-1', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' }],
    tags: [],
  };
}
