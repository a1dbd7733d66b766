/**
 * The application: writes short transactions to every shard through its DNS name, all the time, and keeps its
 * own list of them. It knows nothing of rollbacks: when a connection breaks it resolves the name and connects
 * again; when the password is refused it reads the secret again.
 */
import { createWriteStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { readConfig, type TransactionLine, type WorkloadConfig } from './config.ts';
import { connect, readLogin, resolverOf } from './connect.ts';
import { type Body, bookHalf, placeOrder, returnHalf, transact } from './order.ts';

/** Of so many transactions one is half of a transfer to the next shard. */
const transferEvery = 10;

/** The second half gives up soon: a half that arrived after a rollback of the first would unbalance the books. The first goes back. */
const transferAttempts = 5;

/** Between two tries to connect, growing. */
const shortestPauseMs = 100;
const longestPauseMs = 800;

const config = readConfig<WorkloadConfig>();
const list = createWriteStream(config.file, { flags: 'a' });
const resolve = resolverOf(config.dns);
let running = true;
let login = await readLogin(config.secret);

/** One worker of a shard: a connection of its own, transactions one after another. */
class Worker {
  private client: pg.Client | undefined;
  private server = '';
  private patienceMs = shortestPauseMs;
  private readonly shard: { name: string; record: string };

  constructor(shard: { name: string; record: string }) {
    this.shard = shard;
  }

  async write(body: Body): Promise<TransactionLine | undefined> {
    const client = await this.connected();
    if (client === undefined) return undefined;
    const { line, broken } = await transact(client, this.shard.name, this.server, body);
    list.write(`${JSON.stringify(line)}\n`);
    if (broken) await this.disconnect();
    return line;
  }

  async disconnect(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => {});
  }

  private async connected(): Promise<pg.Client | undefined> {
    if (this.client !== undefined) return this.client;
    try {
      const address = await resolve(this.shard.record);
      this.client = await connect({ ...config, address, login });
      this.server = address;
      this.patienceMs = shortestPauseMs;
    } catch (error) {
      if ((error as { code?: string }).code === '28P01') login = await readLogin(config.secret);
      await pause(this.patienceMs);
      this.patienceMs = Math.min(longestPauseMs, this.patienceMs * 2);
    }
    return this.client;
  }
}

async function work(index: number): Promise<void> {
  const own = config.shards[index]!;
  const next = config.shards[(index + 1) % config.shards.length]!;
  const worker = new Worker(own);
  const other = new Worker(next);
  const interval = (1000 * config.shards.length) / config.rate;
  for (let n = 0; running; n++) {
    const started = Date.now();
    if (n % transferEvery === transferEvery - 1 && next !== own)
      await transfer(worker, other, `${own.name}-${n}-${started}`);
    else await worker.write(placeOrder);
    await pause(Math.max(0, interval - (Date.now() - started)));
  }
  await worker.disconnect();
  await other.disconnect();
}

/** Money leaves one shard and arrives on another; whoever sees only the first half sees it in flight. */
async function transfer(from: Worker, to: Worker, id: string): Promise<void> {
  const sent = await from.write(bookHalf(id, 'transit', '-25.00'));
  if (sent === undefined || sent.state === 'failed') return;
  for (let attempt = 0; running && attempt < transferAttempts; attempt++) {
    const received = await to.write(bookHalf(id, 'transit', '25.00'));
    if (received !== undefined && received.state !== 'failed') return;
  }
  while (running) {
    const returned = await from.write(returnHalf(id, 'transit', '25.00'));
    if (returned !== undefined && returned.state !== 'failed') return;
  }
}

process.on('SIGTERM', () => {
  running = false;
});
// When the rehearsal dies, its pipe closes: the application goes with it.
process.stdin.on('end', () => {
  running = false;
});
process.stdin.resume();

await Promise.all(config.shards.map((_, index) => work(index)));
await new Promise<void>((resolveEnd) => list.end(resolveEnd));
process.exit(0);
