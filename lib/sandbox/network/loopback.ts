import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** The UDP port that a sandbox holds on the last address of its block for as long as it lives. */
const lockPort = 40053;
const usualPort = 5432;
const otherPorts = [6432, 7432, 15432, 25432, 35432, 45432];

/**
 * A /16 of the loopback network that one sandbox has for itself.
 *
 * The claim is a bound socket: the kernel lets one process have it and takes it back when that process
 * ends, however it ends, so no lock file can be left behind.
 */
export class LoopbackBlock {
  /** The first two octets, `127.83`. */
  readonly prefix: string;
  readonly #lock: Socket;
  #next = 1;

  private constructor(prefix: string, lock: Socket) {
    this.prefix = prefix;
    this.#lock = lock;
  }

  /** Claims a random free block. Fails where the machine has no loopback addresses beside 127.0.0.1. */
  static async claim(): Promise<LoopbackBlock> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const prefix = `127.${randomInt(16, 250)}`;
      const lock = await bind(`${prefix}.255.254`);
      if (lock) return new LoopbackBlock(prefix, lock);
    }
    throw new Error(
      'No free loopback block found in 127.16.0.0–127.249.255.255: are other sandboxes running?',
    );
  }

  /** The block as an address range. */
  get cidr(): string {
    return `${this.prefix}.0.0/16`;
  }

  /** An address nobody has had yet. */
  next(): string {
    const number = this.#next;
    if (number > 250 * 254) throw new Error(`All addresses of ${this.cidr} are handed out.`);
    this.#next += 1;
    return `${this.prefix}.${Math.floor((number - 1) / 254)}.${((number - 1) % 254) + 1}`;
  }

  async release(): Promise<void> {
    const closed = once(this.#lock, 'close');
    this.#lock.close();
    await closed;
  }
}

/**
 * The port on which all databases of a sandbox listen: 5432, because a CNAME carries no port and clients
 * use the usual one; another where some server already listens on 5432 of every address.
 */
export async function commonPort(address: string): Promise<number> {
  for (const port of [usualPort, ...otherPorts]) {
    if (await isFree(address, port)) return port;
  }
  throw new Error(
    `No port for databases is free on ${address}: tried ${[usualPort, ...otherPorts].join(', ')}.`,
  );
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function bind(address: string): Promise<Socket | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.bind({ address, port: lockPort, exclusive: true });
    await once(socket, 'listening');
    socket.unref();
    return socket;
  } catch (error) {
    socket.close();
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw new Error(
      `Cannot use the loopback address ${address}. Linux has all of 127.0.0.0/8; on macOS add the addresses with "ifconfig lo0 alias".`,
      { cause: error },
    );
  }
}
