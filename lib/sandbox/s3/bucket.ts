import type { PolicyDocument } from '../resource-policy/document.ts';
import { isDeleteMarker, noSuchKey, noSuchVersion } from './errors.ts';
import { checkVersionId, isMarker, type LockMode, newVersionId, type Version } from './version.ts';

export interface DefaultRetention {
  mode: LockMode;
  days?: number;
  years?: number;
}

/** A bucket's versions, newest first for each key, and its configuration. */
export class Bucket {
  readonly name: string;
  readonly created: Date;
  versioning: 'Enabled' | 'Suspended' | undefined;
  objectLock: boolean;
  defaultRetention: DefaultRetention | undefined;
  policy: PolicyDocument | undefined;
  /** Configurations that are kept and given back: encryption, public access block, … */
  readonly settings = new Map<string, unknown>();
  readonly #versions = new Map<string, Version[]>();
  /** Kept between listings; forgotten when a key comes or goes. */
  #sortedKeys: string[] | undefined;

  constructor(name: string, created: Date, objectLock: boolean) {
    this.name = name;
    this.created = created;
    this.objectLock = objectLock;
    this.versioning = objectLock ? 'Enabled' : undefined;
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0;
  }

  /** Keys with at least one version, in the byte order of their UTF-8. */
  keys(): readonly string[] {
    this.#sortedKeys ??= [...this.#versions.keys()].sort(compareKeys);
    return this.#sortedKeys;
  }

  versionsOf(key: string): readonly Version[] {
    return this.#versions.get(key) ?? [];
  }

  /** The newest version unless it is a delete marker. */
  current(key: string): Version | undefined {
    const newest = this.versionsOf(key)[0];
    return newest && !isMarker(newest) ? newest : undefined;
  }

  /** The version that is asked for; throws what S3 answers where there is none or it is a delete marker. */
  find(key: string, versionId: string | undefined, method: string): Version {
    if (versionId === undefined) {
      const current = this.current(key);
      if (!current) throw noSuchKey(key);
      return current;
    }
    checkVersionId(versionId);
    const version = this.versionsOf(key).find(({ id }) => id === versionId);
    if (!version) throw noSuchVersion(key, versionId);
    if (isMarker(version)) throw isDeleteMarker(method);
    return version;
  }

  /** Puts a version on top; without versioning it replaces the one whose id is `null`, which is returned. */
  add(version: Omit<Version, 'id'>): { added: Version; replaced: Version | undefined } {
    const id = this.versioning === 'Enabled' ? newVersionId() : 'null';
    const replaced = id === 'null' ? this.remove(version.key, id) : undefined;
    const added = { ...version, id };
    if (!this.#versions.has(version.key)) this.#sortedKeys = undefined;
    this.#versions.set(version.key, [added, ...this.versionsOf(version.key)]);
    return { added, replaced };
  }

  remove(key: string, versionId: string): Version | undefined {
    const versions = this.versionsOf(key);
    const removed = versions.find(({ id }) => id === versionId);
    if (!removed) return undefined;
    const left = versions.filter((version) => version !== removed);
    if (left.length > 0) {
      this.#versions.set(key, left);
    } else {
      this.#versions.delete(key);
      this.#sortedKeys = undefined;
    }
    return removed;
  }

  /** The id to show for a version: a bucket that never had versioning shows none. */
  shownId(version: Version): string | undefined {
    return this.versioning === undefined ? undefined : version.id;
  }
}

/** The order of UTF-8 bytes; JavaScript's own differs from it only where there are surrogates. */
export function compareKeys(a: string, b: string): number {
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const surrogate = /[\ud800-\udfff]/;
