import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { commonPort, LoopbackBlock } from '../../../../lib/sandbox/network/loopback.ts';
import { Network } from '../../../../lib/sandbox/network/network.ts';
import { world } from '../../../sandbox/world.ts';

describe('A block of loopback addresses', () => {
  test('belongs to one sandbox at a time and gives every address once', async () => {
    const [one, other] = await Promise.all([LoopbackBlock.claim(), LoopbackBlock.claim()]);
    expect(one.prefix).not.toBe(other.prefix);
    const addresses = Array.from({ length: 1000 }, () => one.next());
    expect(new Set(addresses).size).toBe(1000);
    expect(addresses[0]).toBe(`${one.prefix}.0.1`);
    expect(addresses[254]).toBe(`${one.prefix}.1.1`);
    await Promise.all([one.release(), other.release()]);
  });

  test('goes on to another port where the usual one is taken', async () => {
    const block = await LoopbackBlock.claim();
    const address = block.next();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(5432, address, resolve));
    expect(await commonPort(address)).toBe(6432);
    await new Promise((resolve) => server.close(resolve));
    expect(await commonPort(block.next())).toBe(5432);
    await block.release();
  });
});

describe('The network', () => {
  test('knows the hosts of the world and no others', async () => {
    const network = await Network.open(world);
    expect(network.addressOfHost('app')).toMatch(/^127\./);
    expect(() => network.addressOfHost('nobody')).toThrow('The world has no host "nobody"; it has: app.');
    await expect(network.addressFor(['sg-missing'])).rejects.toThrow(/'sg-missing'/);
    network.setName('Db.example.com', '127.1.2.3');
    expect(network.resolve('dB.EXAMPLE.com')).toBe('127.1.2.3');
    network.removeName('db.example.com');
    expect(network.resolve('db.example.com')).toBeUndefined();
    await network.close();
  });
});
