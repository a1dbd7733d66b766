import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Packet, TCPClient, UDPClient } from 'dns2';
import { scaledClock } from '../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../lib/sandbox/context.ts';
import { Network } from '../../lib/sandbox/network/network.ts';
import { Route53Service } from '../../lib/sandbox/route53/service.ts';
import { world } from './rds-account.ts';

const zone = 'Z0EXAMPLE';
const oldHost = 'orders-shard-0.c0example.eu-central-1.rds.amazonaws.com';
const newHost = 'orders-clone-0.c0example.eu-central-1.rds.amazonaws.com';

let network: Network;
let service: Route53Service;
let context: ServiceDirectory;
let resolver: Resolver;

beforeAll(async () => {
  const { account, region } = world;
  context = new ServiceDirectory({ account, region, clock: scaledClock(20), directory: '', log: () => {} });
  network = await Network.open(world);
  network.setName(oldHost, '127.99.0.1');
  network.setName(newHost, '127.99.0.2');
  service = new Route53Service(context, network, world.hostedZones, { insyncSeconds: 4, acceptSeconds: 1 });
  context.register(service);
  await service.start();
  const { address, port } = service.dnsAddress;
  resolver = new Resolver({ tries: 1, timeout: 2000 });
  resolver.setServers([`${address}:${port}`]);
});
afterAll(async () => {
  await service.stop();
  await network.close();
});

function cname(Action: string, host: string, name = 'shard-0.orders.internal', TTL = 60) {
  return {
    Action,
    ResourceRecordSet: { Name: name, Type: 'CNAME', TTL, ResourceRecords: [{ Value: host }] },
  };
}

async function change(...Changes: unknown[]): Promise<{ Id: string; Status: string }> {
  const input = { HostedZoneId: `/hostedzone/${zone}`, ChangeBatch: { Changes } };
  return (await context.call('route53', 'ChangeResourceRecordSets', input)).ChangeInfo;
}

async function inSync(Id: string): Promise<void> {
  while ((await context.call('route53', 'GetChange', { Id })).ChangeInfo.Status !== 'INSYNC') await delay(10);
}

async function names(): Promise<string[]> {
  const { ResourceRecordSets } = await context.call('route53', 'ListResourceRecordSets', {
    HostedZoneId: zone,
  });
  return ResourceRecordSets.map(({ Name, Type }: { Name: string; Type: string }) => `${Name} ${Type}`);
}

describe('ChangeResourceRecordSets', () => {
  test('is listed at once and answered by DNS once it is INSYNC', async () => {
    const made = await change(cname('CREATE', oldHost));
    expect(made.Status).toBe('PENDING');
    expect(await names()).toContain('shard-0.orders.internal. CNAME');
    await expect(resolver.resolve4('shard-0.orders.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await inSync(made.Id);
    expect(await resolver.resolve4('shard-0.orders.internal', { ttl: true })).toEqual([
      { address: '127.99.0.1', ttl: 5 },
    ]);
    expect(await resolver.resolveCname('SHARD-0.orders.internal')).toEqual([oldHost]);
  });

  test('moves a name by DELETE of exactly what is there and CREATE, or not at all', async () => {
    await expect(change(cname('DELETE', newHost), cname('CREATE', newHost))).rejects.toMatchObject({
      code: 'InvalidChangeBatch',
      message:
        "[Tried to delete resource record set [name='shard-0.orders.internal.', type='CNAME'] but the values provided do not match the current values, Tried to create resource record set [name='shard-0.orders.internal.', type='CNAME'] but it already exists]",
    });
    await expect(change(cname('DELETE', oldHost, undefined, 30), cname('CREATE', newHost))).rejects.toThrow(
      /do not match the current values/,
    );
    await expect(change(cname('DELETE', oldHost, 'other.orders.internal'))).rejects.toThrow(/was not found/);
    const moved = await change(cname('DELETE', oldHost), cname('CREATE', newHost, undefined, 5));
    await inSync(moved.Id);
    expect(await resolver.resolve4('shard-0.orders.internal')).toEqual(['127.99.0.2']);
  });

  test('applies all of a batch or nothing', async () => {
    const before = await names();
    await expect(
      change(cname('CREATE', oldHost, 'a.orders.internal'), cname('CREATE', oldHost)),
    ).rejects.toThrow(/already exists/);
    expect(await names()).toEqual(before);
  });

  test('refuses what may not be', async () => {
    await expect(change(cname('UPSERT', oldHost, 'a.example.com'))).rejects.toThrow(/not permitted in zone/);
    await expect(change(cname('UPSERT', oldHost, 'orders.internal'))).rejects.toThrow(
      /not permitted at apex/,
    );
    const second = cname('UPSERT', oldHost, 'b.orders.internal');
    second.ResourceRecordSet.ResourceRecords.push({ Value: newHost });
    await expect(change(second)).rejects.toThrow(/one value only/);
    const address = cname('CREATE', '127.0.0.1');
    address.ResourceRecordSet.Type = 'A';
    await expect(change(address)).rejects.toThrow(/conflicts with other records/);
    const many = Array.from({ length: 501 }, (_, at) => cname('UPSERT', oldHost, `n${at}.orders.internal`));
    await expect(change(...many)).rejects.toThrow('Number of records limit of 1000 exceeded.');
    await expect(change(cname('REPLACE', oldHost))).rejects.toMatchObject({ code: 'InvalidInput' });
    const elsewhere = { HostedZoneId: 'ZNOWHERE', ChangeBatch: { Changes: [cname('UPSERT', oldHost)] } };
    await expect(context.call('route53', 'ChangeResourceRecordSets', elsewhere)).rejects.toMatchObject({
      code: 'NoSuchHostedZone',
      message: 'No hosted zone found with ID: ZNOWHERE',
    });
  });

  test('refuses a second request for the zone while the first is being accepted', async () => {
    const results = await Promise.allSettled([
      change(cname('UPSERT', oldHost, 'x.orders.internal')),
      change(cname('UPSERT', oldHost, 'y.orders.internal')),
    ]);
    expect(results).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'PriorRequestNotComplete' } }]);
  });
});

describe('ListResourceRecordSets', () => {
  test('pages in the order of labels from the right', async () => {
    for (const name of ['b.a', 'a', 'c'])
      await change(cname('UPSERT', oldHost, `${name}.page.orders.internal`));
    const listed: string[] = [];
    let start: Record<string, string> = { StartRecordName: 'page.orders.internal' };
    for (;;) {
      const part = await context.call('route53', 'ListResourceRecordSets', {
        HostedZoneId: zone,
        MaxItems: 1,
        ...start,
      });
      listed.push(...part.ResourceRecordSets.map(({ Name }: { Name: string }) => Name));
      if (!part.IsTruncated) break;
      start = { StartRecordName: part.NextRecordName, StartRecordType: part.NextRecordType };
    }
    expect(listed.slice(0, 3)).toEqual([
      'a.page.orders.internal.',
      'b.a.page.orders.internal.',
      'c.page.orders.internal.',
    ]);
  });
});

describe('The DNS server', () => {
  test('says what it is not asked for', async () => {
    await expect(resolver.resolve4('absent.orders.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve4('example.com')).rejects.toMatchObject({ code: 'EREFUSED' });
    const gone = 'gone.c0example.eu-central-1.rds.amazonaws.com';
    await expect(resolver.resolve4(gone)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolveTxt('orders.internal')).rejects.toMatchObject({ code: 'ENODATA' });
    expect(await resolver.resolveNs('orders.internal')).toHaveLength(4);
    expect(await resolver.resolveSoa('orders.internal')).toMatchObject({ minttl: 86_400 });
  });

  test('answers over UDP and TCP alike, with the chain and with authority', async () => {
    const { address, port } = service.dnsAddress;
    for (const resolve of [UDPClient({ dns: address, port }), TCPClient({ dns: address, port })]) {
      const answer = await resolve('shard-0.orders.internal', 'A');
      expect(answer.header.aa).toBe(1);
      expect(answer.answers).toMatchObject([
        { type: Packet.TYPE.CNAME, domain: newHost, ttl: 5 },
        { type: Packet.TYPE.A, name: newHost, address: '127.99.0.2' },
      ]);
    }
  });

  test('outlives packets that are none', async () => {
    const { address, port } = service.dnsAddress;
    const udp = createSocket('udp4');
    const junk = [Buffer.alloc(0), Buffer.from([1]), Buffer.alloc(12, 255), Buffer.alloc(600, 192)];
    for (const packet of junk) udp.send(packet, port, address);
    await delay(50);
    udp.close();
    for (const bytes of junk) {
      const tcp = connect(port, address);
      tcp.on('error', () => {});
      tcp.end(bytes);
      await new Promise((resolve) => tcp.once('close', resolve));
    }
    expect(await resolver.resolve4('shard-0.orders.internal')).toEqual(['127.99.0.2']);
  });
});

describe('Hosted zones', () => {
  const call = (operation: string, input: unknown) => context.call('route53', operation, input);

  test('come from the world, and can be made and removed', async () => {
    const { HostedZones } = await call('ListHostedZonesByName', { DNSName: 'orders.internal', MaxItems: 1 });
    expect(HostedZones).toMatchObject([{ Id: `/hostedzone/${zone}`, Name: 'orders.internal.' }]);
    const private_ = await call('GetHostedZone', { Id: zone });
    expect(private_).toMatchObject({
      HostedZone: { Config: { PrivateZone: true } },
      VPCs: [{ VPCId: world.vpc.id }],
    });
    const made = await call('CreateHostedZone', { Name: 'example.org', CallerReference: 'once' });
    expect(made).toMatchObject({
      HostedZone: { Name: 'example.org.', ResourceRecordSetCount: 2, Config: { PrivateZone: false } },
      ChangeInfo: { Status: 'PENDING' },
      DelegationSet: { NameServers: { length: 4 } },
    });
    await expect(
      call('CreateHostedZone', { Name: 'example.org', CallerReference: 'once' }),
    ).rejects.toMatchObject({
      code: 'HostedZoneAlreadyExists',
    });
    const byVpc = await call('ListHostedZonesByVPC', { VPCId: world.vpc.id, VPCRegion: world.region });
    expect(byVpc.HostedZoneSummaries).toEqual([
      { HostedZoneId: zone, Name: 'orders.internal.', Owner: { OwningAccount: world.account } },
    ]);
    await expect(call('DeleteHostedZone', { Id: zone })).rejects.toMatchObject({
      code: 'HostedZoneNotEmpty',
    });
    await call('DeleteHostedZone', { Id: made.HostedZone.Id });
    await expect(call('GetHostedZone', { Id: made.HostedZone.Id })).rejects.toThrow(
      /No hosted zone found with ID/,
    );
  });

  test('throttle where the account does', async () => {
    const slow = new Route53Service(context, network, world.hostedZones, { requestsPerSecond: 5 });
    const ask = () => slow.operations.ListHostedZones!({}, { principal: { arn: 'a' }, requestId: 'r' });
    const results = await Promise.allSettled(Array.from({ length: 6 }, ask));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(results[5]).toMatchObject({ reason: { code: 'Throttling', message: 'Rate exceeded' } });
  });
});
