import { RollbackError } from '../../domain/errors.ts';
import type { ControlStore } from './control-store.ts';

const attempts = 5;

/** JSON documents of a run, for keys that only one step of one run writes. */
export function runDocuments(store: ControlStore) {
  return {
    /** The document and its ETag; undefined where there is none. */
    read: <T>(key: string) => store.read<T>(key),

    /** Writes over what is there: the bucket is versioned, and each write stands on the version it saw. */
    async write(key: string, value: unknown): Promise<void> {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const found = await store.read(key);
        const written = found ? await store.replace(key, value, found.etag) : await store.create(key, value);
        if (written) return;
      }
      throw new RollbackError('ChangeInProgress', `${key} changed ${attempts} times while it was written.`);
    },
  };
}
