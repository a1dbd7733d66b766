import { join } from 'node:path';
import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import { checkAccess } from './access.ts';
import { Bodies } from './bodies.ts';
import { Bucket } from './bucket.ts';
import { configurationOperations } from './configuration.ts';
import { deleteObject, deleteObjects } from './deleting.ts';
import { noSuchBucket } from './errors.ts';
import { listObjects, listVersions } from './listing.ts';
import {
  deleteObjectTagging,
  getObjectLegalHold,
  getObjectRetention,
  getObjectTagging,
  putObjectLegalHold,
  putObjectRetention,
  putObjectTagging,
} from './protection.ts';
import { getObject, headObject } from './reading.ts';
import type { ObjectStore } from './store.ts';
import { copyObject, putObject } from './writing.ts';

const objectOperations = {
  PutObject: putObject,
  CopyObject: copyObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  PutObjectRetention: putObjectRetention,
  GetObjectRetention: getObjectRetention,
  PutObjectLegalHold: putObjectLegalHold,
  GetObjectLegalHold: getObjectLegalHold,
  PutObjectTagging: putObjectTagging,
  GetObjectTagging: getObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
};

const listings = { ListObjectsV2: listObjects, ListObjectVersions: listVersions };

/**
 * S3: versions, Object Lock, conditional writes and the Deny statements of bucket policies. No multipart uploads,
 * no lifecycle, no access lists.
 */
export class S3Service implements Service {
  readonly name = 's3';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #buckets = new Map<string, Bucket>();

  constructor(context: SandboxContext) {
    this.#context = context;
    const store: ObjectStore = {
      bucket: (name) => this.#bucket(name),
      bodies: new Bodies(join(context.directory, 's3')),
      now: () => context.clock.now(),
      authorize: (bucket, operation, input, { principal }) =>
        checkAccess(bucket, operation, input, principal, context),
    };
    this.operations = {
      CreateBucket: async (input) => this.#createBucket(input),
      DeleteBucket: this.#onBucket('DeleteBucket', (bucket) => this.#deleteBucket(bucket)),
      HeadBucket: this.#headBucket(),
      ListBuckets: async () => ({
        Buckets: [...this.#buckets.values()].map(({ name, created }) => ({
          Name: name,
          CreationDate: created,
        })),
      }),
    };
    for (const [name, run] of Object.entries({ ...configurationOperations, ...listings })) {
      this.operations[name] = this.#onBucket(name, run);
    }
    for (const [name, run] of Object.entries(objectOperations)) {
      this.operations[name] = (input, call) => run(store, input, call);
    }
  }

  /** An operation on an existing bucket, after the bucket's policy has been asked. */
  #onBucket(name: string, run: (bucket: Bucket, input: any) => object): Operation {
    return async (input, { principal }) => {
      const bucket = this.#bucket(input.Bucket);
      checkAccess(bucket, name, input, principal, this.#context);
      return run(bucket, input);
    };
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw noSuchBucket(name);
    return bucket;
  }

  #createBucket({ Bucket: name, ObjectLockEnabledForBucket = false }: any): object {
    if (!/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', {
        fields: { BucketName: name },
      });
    }
    if (this.#buckets.has(name)) {
      throw new ServiceError(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        { status: 409, fields: { BucketName: name } },
      );
    }
    this.#buckets.set(name, new Bucket(name, this.#context.clock.now(), ObjectLockEnabledForBucket));
    return { Location: `/${name}` };
  }

  #deleteBucket(bucket: Bucket): object {
    if (!bucket.isEmpty) {
      const message =
        bucket.versioning === undefined
          ? 'The bucket you tried to delete is not empty'
          : 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.';
      throw new ServiceError('BucketNotEmpty', message, { status: 409, fields: { BucketName: bucket.name } });
    }
    this.#buckets.delete(bucket.name);
    return {};
  }

  /** A HEAD answer has no body: all a client learns is the status. */
  #headBucket(): Operation {
    const head = this.#onBucket('HeadBucket', () => ({ BucketRegion: this.#context.region }));
    return async (input, call) => {
      if (!this.#buckets.has(input.Bucket)) throw new ServiceError('NotFound', 'Not Found', { status: 404 });
      return head(input, call);
    };
  }
}
