import * as z from 'zod/mini';
import { RollbackError } from '../../domain/errors.ts';
import { type Incident, incidentSchema } from '../../domain/run/incident.ts';
import { controlKeys } from '../../domain/run/names.ts';
import { type Plan, type PlannedShard, planSchema } from '../../domain/run/plan.ts';
import type { LastGood } from '../../domain/run/restore-point.ts';
import type { ControlStore } from './control-store.ts';

/** A clone as it was first seen available: `runs/<run>/clones/<shard>.json`. */
export interface CloneDocument {
  instanceId: string;
  resourceId: string;
  host: string;
  port: number;
  /** RFC 3339 UTC. */
  availableAt: string;
}

/** What a run keeps in the control bucket, by name instead of by key. */
export function runState(store: ControlStore) {
  const documents = {
    async findPlan(run: string): Promise<Plan | undefined> {
      const found = await store.read<unknown>(controlKeys.plan(run));
      return found && z.parse(planSchema, found.value);
    },

    /** Throws `InvalidInput` where the run has no plan. */
    async plan(run: string): Promise<Plan> {
      const plan = await documents.findPlan(run);
      if (plan) return plan;
      throw new RollbackError(
        'InvalidInput',
        `Expected a plan of run ${run} in the control bucket, got none.`,
      );
    },

    async plannedShard(run: string, shard: string | undefined): Promise<PlannedShard> {
      const found = (await documents.plan(run)).shards.find(({ name }) => name === shard);
      if (found) return found;
      throw new RollbackError(
        'InvalidInput',
        `shard: expected one that run ${run} planned, got ${shard ?? 'nothing'}.`,
      );
    },

    async clone(run: string, shard: string): Promise<CloneDocument | undefined> {
      return (await store.read<CloneDocument>(controlKeys.clone(run, shard)))?.value;
    },

    /** Written once; what an earlier look wrote stays. */
    async keepClone(run: string, shard: string, clone: CloneDocument): Promise<void> {
      await store.create(controlKeys.clone(run, shard), clone);
    },

    async isOpened(run: string): Promise<boolean> {
      return (await store.read(controlKeys.opened(run))) !== undefined;
    },

    async lastGood(cluster: string): Promise<LastGood | undefined> {
      return (await store.read<LastGood>(controlKeys.lastGood(cluster)))?.value;
    },

    async incident(cluster: string): Promise<Incident | undefined> {
      const found = await store.read<unknown>(controlKeys.incident(cluster));
      return found && z.parse(incidentSchema, found.value);
    },

    /**
     * Changes the incident by compare-and-set; `change` answers undefined to leave it as it is.
     * Answers what stands afterwards.
     */
    async updateIncident(
      cluster: string,
      change: (incident: Incident | undefined) => Incident | undefined,
    ): Promise<Incident | undefined> {
      const key = controlKeys.incident(cluster);
      for (let attempt = 0; attempt < 5; attempt++) {
        const found = await store.read<unknown>(key);
        const current = found && z.parse(incidentSchema, found.value);
        const next = change(current);
        if (next === undefined) return current;
        const written = found ? await store.replace(key, next, found.etag) : await store.create(key, next);
        if (written) return next;
      }
      throw new RollbackError('ChangeInProgress', `The incident of ${cluster} changed while it was written.`);
    },

    /** Writes a document of this run once; where one stands already, that one stays. */
    async keep(key: string, value: unknown): Promise<'written' | 'stood'> {
      return (await store.create(key, value)) ? 'written' : 'stood';
    },
  };
  return documents;
}

export type RunState = ReturnType<typeof runState>;
