import * as z from 'zod/mini';
import { RollbackError } from '../../domain/errors.ts';
import { freeLock, type LockState, lockSchema } from '../../domain/run/lock.ts';
import { controlKeys } from '../../domain/run/names.ts';
import type { ControlStore } from './control-store.ts';

/** The cluster's lock in the control bucket. */
export interface ClusterLock {
  /** The lock as it is; free with epoch 0 where nobody ever took it. */
  current(cluster: string): Promise<LockState>;
  /**
   * Changes the lock by compare-and-set. `change` gets what is there and answers what shall be, or undefined
   * to leave it; it is asked again where somebody else was faster. Answers what stands afterwards.
   */
  update(cluster: string, change: (lock: LockState) => LockState | undefined): Promise<LockState>;
}

const attempts = 5;

export function clusterLock(store: ControlStore): ClusterLock {
  async function read(cluster: string) {
    const found = await store.read<unknown>(controlKeys.lock(cluster));
    if (found === undefined) return { state: freeLock, etag: undefined };
    return { state: z.parse(lockSchema, found.value), etag: found.etag };
  }

  return {
    current: async (cluster) => (await read(cluster)).state,

    async update(cluster, change) {
      const key = controlKeys.lock(cluster);
      for (let attempt = 0; attempt < attempts; attempt++) {
        const { state, etag } = await read(cluster);
        const next = change(state);
        if (next === undefined || next === state) return state;
        const written =
          etag === undefined ? await store.create(key, next) : await store.replace(key, next, etag);
        if (written) return next;
      }
      throw new RollbackError(
        'ChangeInProgress',
        `The lock of ${cluster} changed ${attempts} times while it was taken.`,
      );
    },
  };
}
