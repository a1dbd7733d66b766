import * as z from 'zod/mini';

const plannedShard = z.object({
  name: z.string(),
  /** The DNS record that applications use, and the endpoint it led to when the plan was made. */
  record: z.string(),
  recordValue: z.string(),
  /** Seconds, as the record had it. */
  ttl: z.int(),
  source: z.object({
    instanceId: z.string(),
    resourceId: z.string(),
    host: z.string(),
    port: z.int(),
    securityGroups: z.array(z.string()),
    parameterGroup: z.string(),
  }),
  clone: z.object({ instanceId: z.string() }),
  /** RFC 3339 UTC: from when to when the source could be restored. */
  window: z.object({ earliest: z.string(), latest: z.string() }),
  /** From the restore point to the moment of planning. */
  dataLossSeconds: z.int(),
});

/** What CheckPreconditions decided: `runs/<run>/plan.json`. */
export const planSchema = z.object({
  run: z.string(),
  cluster: z.string(),
  mode: z.enum(['execute', 'drill', 'plan']),
  class: z.string(),
  restorePoint: z.string(),
  why: z.string(),
  /** Restore points of earlier runs that went live on this cluster. */
  restoredBefore: z._default(z.array(z.string()), []),
  freeze: z.enum(['declaration', 'before-move']),
  shards: z.array(plannedShard),
  canary: z.array(z.string()),
  waves: z.array(z.array(z.string())),
  /** The largest of the records' TTLs, in seconds. */
  previousTtl: z.int(),
  estimate: z.object({ restoreSeconds: z.int(), cloneHourlyUsd: z.number() }),
});

export type Plan = z.infer<typeof planSchema>;
export type PlannedShard = z.infer<typeof plannedShard>;

/** The lists that the Maps read, by name: `all`, `canary`, `others`, `wave-0`, … */
export function itemLists(
  plan: Pick<Plan, 'shards' | 'canary' | 'waves'>,
): Record<string, { shard: string }[]> {
  const all = plan.shards.map(({ name }) => name);
  const lists: Record<string, string[]> = {
    all,
    canary: plan.canary,
    others: all.filter((name) => !plan.canary.includes(name)),
    ...Object.fromEntries(plan.waves.map((wave, index) => [`wave-${index}`, wave])),
  };
  return Object.fromEntries(
    Object.entries(lists).map(([name, shards]) => [name, shards.map((shard) => ({ shard }))]),
  );
}
