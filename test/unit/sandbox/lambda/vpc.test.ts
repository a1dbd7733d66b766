import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import dns2 from 'dns2';
import { FunctionHost } from './functions.ts';

/** Says to whoever connects from where they came. */
let server: Server;
let resolver: { close(): Promise<void> | void };
let host: FunctionHost;

beforeAll(async () => {
  server = createServer((socket) => socket.end(`${socket.remoteAddress}`)).listen(0, '127.77.0.1');
  await once(server, 'listening');
  const dns = dns2.createServer({
    udp: true,
    handle: (request, send) => {
      const { name } = request.questions[0] as { name: string };
      const response = dns2.Packet.createResponseFromRequest(request);
      if (name === 'shard-0.orders.internal') {
        const { TYPE, CLASS } = dns2.Packet;
        response.answers.push({
          name,
          type: TYPE.A,
          class: CLASS.IN,
          ttl: 5,
          address: '127.77.0.1',
        } as never);
      } else {
        response.header.rcode = 3;
      }
      send(response);
    },
  });
  const { udp } = (await dns.listen({ udp: { port: 0, address: '127.0.0.1' } })) as unknown as {
    udp: AddressInfo;
  };
  resolver = dns as never;
  host = new FunctionHost({
    network: {
      addressFor: (groups) => (groups[0] === 'sg-database' ? '127.77.0.9' : '127.77.0.8'),
      resolver: () => ({ address: '127.0.0.1', port: udp.port }),
    },
  });
  const source = `
    import net from 'node:net';
    import { resolve4 } from 'node:dns/promises';
    const read = (socket) => new Promise((done, fail) => socket.on('data', (d) => done(String(d))).on('error', (e) => done(e.code)));
    export const handler = async ({ host, port }) => ({
      options: await read(net.connect({ host, port })),
      arguments: await read(new net.Socket().connect(port, host)),
      resolved: await resolve4(host).catch((error) => error.code),
    });`;
  await host.define('inside', source, {
    VpcConfig: { SecurityGroupIds: ['sg-database'], SubnetIds: ['subnet-1'] },
  });
  await host.define('outside', source);
});

afterAll(async () => {
  await host.stop();
  server.close();
  await resolver.close();
});

const port = () => (server.address() as AddressInfo).port;

test('a function in the VPC connects from its interface and resolves names by the VPC’s resolver', async () => {
  const { payload } = await host.invoke('inside', { host: 'shard-0.orders.internal', port: port() });

  expect(payload).toEqual({ options: '127.77.0.9', arguments: '127.77.0.9', resolved: ['127.77.0.1'] });
});

test('an unknown name is not found', async () => {
  const { payload } = await host.invoke('inside', { host: 'shard-9.orders.internal', port: port() });

  expect(payload).toEqual({ options: 'ENOTFOUND', arguments: 'ENOTFOUND', resolved: 'ENOTFOUND' });
});

test('a function outside the VPC has no such interface', async () => {
  const { payload } = await host.invoke('outside', { host: '127.77.0.1', port: port() });

  expect(payload).toMatchObject({ options: '127.0.0.1', arguments: '127.0.0.1' });
});
