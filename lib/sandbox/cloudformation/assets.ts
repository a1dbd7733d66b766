import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { SandboxContext } from '../contract.ts';
import type { Asset } from './assembly.ts';

/** What `cdk deploy` would have uploaded, and where on this machine it lies. */
export class Assets {
  readonly #context: SandboxContext;
  readonly #paths = new Map<string, string>();
  readonly #buckets = new Set<string>();

  constructor(context: SandboxContext) {
    this.#context = context;
  }

  /** Puts files into their bucket. Folders are only noted: Lambda code is run from where it lies. */
  async publish(assets: Asset[]): Promise<void> {
    for (const asset of assets) {
      for (const destination of asset.destinations) {
        const Bucket = this.#fill(destination.bucketName);
        const Key = this.#fill(destination.objectKey);
        this.#paths.set(`${Bucket}/${Key}`, asset.path);
        if (asset.packaging === 'zip' || !existsSync(asset.path)) continue;
        await this.#ensureBucket(Bucket);
        await this.#context.call('s3', 'PutObject', {
          Bucket,
          Key,
          Body: new Uint8Array(await readFile(asset.path)),
        });
      }
    }
  }

  /** The local file or folder of a published asset. */
  path(bucket: string, key: string): string {
    const path = this.#paths.get(`${bucket}/${key}`);
    if (path === undefined) throw new Error(`s3://${bucket}/${key} is no asset of this app`);
    return path;
  }

  /** The local folder of a published asset. */
  directory(bucket: string, key: string): string {
    const path = this.path(bucket, key);
    if (statSync(path).isDirectory()) return path;
    throw new Error(`The sandbox runs Lambda code from folders; s3://${bucket}/${key} is the file ${path}`);
  }

  async #ensureBucket(Bucket: string): Promise<void> {
    if (this.#buckets.has(Bucket)) return;
    this.#buckets.add(Bucket);
    await this.#context.call('s3', 'CreateBucket', {
      Bucket,
      CreateBucketConfiguration: { LocationConstraint: this.#context.region },
    });
  }

  #fill(text: string): string {
    const { account, region } = this.#context;
    const values: Record<string, string> = { AccountId: account, Region: region, Partition: 'aws' };
    return text.replace(/\$\{AWS::(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }
}
