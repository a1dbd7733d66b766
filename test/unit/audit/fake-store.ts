import { generateKeyPairSync, sign } from 'node:crypto';
import { keyHash } from '../../../lib/domain/audit/note.ts';
import type { RecordSigner, RecordStore, Writer } from '../../../lib/domain/audit/trail.ts';

/** An evidence bucket in memory; `before` may misbehave as a real one does. */
export class FakeStore implements RecordStore {
  readonly objects = new Map<string, Buffer>();
  /** Called before each put; its answer, if any, is the put's. */
  before: (key: string, bytes: Uint8Array) => Promise<'unsure' | undefined> = async () => undefined;
  clock = () => Date.now();

  async putOnce(key: string, bytes: Uint8Array) {
    const answer = await this.before(key, bytes);
    if (answer !== undefined) return answer;
    if (this.objects.has(key)) return 'exists' as const;
    this.objects.set(key, Buffer.from(bytes));
    return 'created' as const;
  }

  async get(key: string, limit: number) {
    return this.objects.get(key)?.subarray(0, limit + 1);
  }

  async *list(prefix: string) {
    yield* [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async date() {
    return Math.floor(this.clock() / 1000) * 1000;
  }
}

export interface TestKey extends RecordSigner {
  spki: Buffer;
  raw: Buffer;
}

export function testKey(keyName: string): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const raw = spki.subarray(12);
  return {
    keyName,
    spki,
    raw,
    keyHash: async () => keyHash(keyName, raw),
    sign: async (bytes) => sign(null, bytes, privateKey),
  };
}

export const origin = 'safe-rollback.example/111122223333/eu-central-1/orders-evidence';

export function testWriter(store: RecordStore, signer: RecordSigner): Writer {
  return { store, signer, origin, now: Date.now, actor: { function: 'test', version: '1', request: 'r-1' } };
}

export const run = {
  id: '20261122T030405Z-0123456789abcdef',
  cluster: 'orders',
  epoch: 7,
  mode: 'execute' as const,
  class: 'data',
  incident: 'inc-1',
  commander: 'ada',
  execution: 'arn:aws:states:eu-central-1:111122223333:execution:orders-rollback:inc-1',
};
