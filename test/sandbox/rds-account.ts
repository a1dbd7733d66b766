import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { DBInstance } from '@aws-sdk/client-rds';
import { Client } from 'pg';
import { scaledClock } from '../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../lib/sandbox/context.ts';
import type { World } from '../../lib/sandbox/contract.ts';
import { Ec2Service } from '../../lib/sandbox/ec2/service.ts';
import { Network } from '../../lib/sandbox/network/network.ts';
import type { RdsOptions } from '../../lib/sandbox/rds/fleet.ts';
import { RdsService } from '../../lib/sandbox/rds/service.ts';

export const world: World = {
  account: '111122223333',
  region: 'eu-central-1',
  vpc: {
    id: 'vpc-0a1b2c3d4e5f60718',
    cidr: '10.20.0.0/16',
    subnets: [
      { id: 'subnet-0a1b2c3d4e5f60001', availabilityZone: 'eu-central-1a', cidr: '10.20.1.0/24' },
      { id: 'subnet-0a1b2c3d4e5f60002', availabilityZone: 'eu-central-1b', cidr: '10.20.2.0/24' },
    ],
  },
  securityGroups: [
    { id: 'sg-0app', name: 'app', ingress: [] },
    {
      id: 'sg-0open',
      name: 'open',
      ingress: [
        { protocol: 'tcp', fromPort: 5432, toPort: 5432, cidr: '127.0.0.1/32' },
        { protocol: 'tcp', fromPort: 5432, toPort: 5432, sourceGroupId: 'sg-0app' },
      ],
    },
    { id: 'sg-0closed', name: 'closed', ingress: [] },
  ],
  hosts: [{ name: 'app', securityGroupIds: ['sg-0app'] }],
  hostedZones: [{ id: 'Z0EXAMPLE', name: 'orders.internal', private: true }],
};

export const master = { user: 'orders_admin', password: 'correct-horse-battery' };

/** RDS and EC2 as a sandbox wires them, without HTTP. */
export class Account {
  readonly context: ServiceDirectory;
  readonly network: Network;
  readonly rds: RdsService;

  private constructor(context: ServiceDirectory, network: Network, rds: RdsService) {
    this.context = context;
    this.network = network;
    this.rds = rds;
  }

  /** `scale` 300 lets WAL go up every second. */
  static async open(options: Partial<RdsOptions> = {}, scale = 300): Promise<Account> {
    const { account, region } = world;
    const context = new ServiceDirectory({
      account,
      region,
      clock: scaledClock(scale),
      directory: '',
      log: () => {},
    });
    const network = await Network.open(world);
    const rds = new RdsService(context, network, options);
    context.register(rds);
    context.register(new Ec2Service(context, network));
    await rds.start();
    return new Account(context, network, rds);
  }

  async close(): Promise<void> {
    await this.rds.stop();
    await this.network.close();
  }

  call(operation: string, input: Record<string, unknown>) {
    return this.context.call('rds', operation, input);
  }

  async create(identifier: string, extra: Record<string, unknown> = {}): Promise<DBInstance> {
    await this.call('CreateDBInstance', {
      DBInstanceIdentifier: identifier,
      DBInstanceClass: 'db.r8g.large',
      Engine: 'postgres',
      AllocatedStorage: 20,
      DBName: 'orders',
      MasterUsername: master.user,
      MasterUserPassword: master.password,
      VpcSecurityGroupIds: ['sg-0open'],
      BackupRetentionPeriod: 7,
      ...extra,
    });
    return this.until(identifier, ({ DBInstanceStatus }) => DBInstanceStatus === 'available');
  }

  async describe(identifier: string): Promise<DBInstance> {
    const { DBInstances } = await this.call('DescribeDBInstances', { DBInstanceIdentifier: identifier });
    return DBInstances[0];
  }

  /** Polls DescribeDBInstances; fails after 20 seconds. */
  async until(identifier: string, condition: (instance: DBInstance) => boolean): Promise<DBInstance> {
    for (let tries = 0; tries < 800; tries += 1) {
      const instance = await this.describe(identifier);
      if (condition(instance)) return instance;
      await delay(25);
    }
    throw new Error(`Still waiting: ${JSON.stringify(await this.describe(identifier))}`);
  }

  /** Connects to the instance over TCP, from 127.0.0.1 or from another address. */
  async connect(instance: DBInstance, options: { from?: string; user?: string; password?: string } = {}) {
    const { Address, Port } = instance.Endpoint!;
    const client = new Client({
      host: this.network.resolve(Address!),
      port: Port,
      database: instance.DBName,
      user: options.user ?? master.user,
      password: options.password ?? master.password,
      ...(options.from && { stream: () => fromAddress(options.from!) }),
    });
    client.on('error', () => {});
    await client.connect();
    return client;
  }
}

/** A socket whose connection leaves from this address. */
function fromAddress(localAddress: string): Socket {
  const socket = new Socket();
  const connect = socket.connect.bind(socket) as (options: object) => Socket;
  socket.connect = ((port: number, host: string) =>
    connect({ port, host, localAddress })) as Socket['connect'];
  return socket;
}
