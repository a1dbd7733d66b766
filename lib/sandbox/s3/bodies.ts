import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A stored body: small ones in memory, large ones in a file. */
export interface Body {
  size: number;
  /** Quoted MD5, as the ETag header has it. */
  etag: string;
  bytes?: Uint8Array;
  path?: string;
}

const largestInMemory = 1024 * 1024;

export class Bodies {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Synchronous for small bodies' sake: only a large one is waited for. */
  store(bytes: Uint8Array): Body | Promise<Body> {
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    if (bytes.length <= largestInMemory) return { size: bytes.length, etag, bytes: Uint8Array.from(bytes) };
    return this.#storeOnDisk(bytes, etag);
  }

  async read(body: Body): Promise<Uint8Array> {
    return body.bytes ?? (await readFile(body.path!));
  }

  async remove(body: Body): Promise<void> {
    if (body.path) await rm(body.path, { force: true });
  }

  async #storeOnDisk(bytes: Uint8Array, etag: string): Promise<Body> {
    await mkdir(this.#directory, { recursive: true });
    const path = join(this.#directory, randomUUID());
    await writeFile(path, bytes);
    return { size: bytes.length, etag, path };
  }
}
