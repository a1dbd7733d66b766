/** Holds the application's own list of transactions against what is on a clone. Pure: lists in, findings out. */
import type { TransactionLine } from '../workload/config.ts';
import type { ProbeLine } from '../workload/probes.ts';

export interface Reconciliation {
  /** Acknowledged before the restore point, and not on the clone. */
  lost: string[];
  /** COMMIT sent to the old database after the restore point, and on the clone all the same. */
  revived: string[];
  /** COMMIT sent before the restore point and acknowledged after it, or never: either side is right. */
  straddling: string[];
  /** Acknowledged by the clone itself, and not on it. */
  lostOnClone: string[];
  /** Acknowledged by the clone. */
  writtenToClone: number;
}

/**
 * @param lines the transactions of one shard
 * @param restorePoint RFC 3339 with milliseconds, as the lines have them: they are compared as text
 * @param source,clone the addresses of the two servers
 * @param keys idempotency keys on the clone
 */
export function reconcile(
  lines: TransactionLine[],
  restorePoint: string,
  servers: { source: string; clone: string },
  keys: Set<string>,
): Reconciliation {
  const result: Reconciliation = {
    lost: [],
    revived: [],
    straddling: [],
    lostOnClone: [],
    writtenToClone: 0,
  };
  for (const line of lines) {
    if (line.server === servers.clone) {
      if (line.state !== 'acknowledged') continue;
      result.writtenToClone++;
      if (!keys.has(line.key)) result.lostOnClone.push(line.key);
      continue;
    }
    if (line.server !== servers.source || line.commitSentAt === null) continue;
    const present = keys.has(line.key);
    if (line.ackedAt !== null && line.ackedAt < restorePoint) {
      if (!present) result.lost.push(line.key);
    } else if (line.commitSentAt > restorePoint) {
      if (present) result.revived.push(line.key);
    } else {
      result.straddling.push(line.key);
    }
  }
  return result;
}

/** Pairs of instances of one shard that both took writes within the same stretch of time. */
export function twoWriters(lines: ProbeLine[]): string[] {
  const spans = new Map<string, { shard: string; instance: string; first: string; last: string }>();
  for (const { shard, instance, sentAt, ackedAt } of lines) {
    const span = spans.get(instance);
    if (span === undefined) spans.set(instance, { shard, instance, first: sentAt, last: ackedAt });
    else if (ackedAt > span.last) span.last = ackedAt;
  }
  const all = [...spans.values()];
  return all.flatMap((a, index) =>
    all
      .slice(index + 1)
      .filter((b) => a.shard === b.shard && a.first <= b.last && b.first <= a.last)
      .map(
        (b) =>
          `${a.shard}: ${a.instance} took writes ${a.first} to ${a.last}, ${b.instance} ${b.first} to ${b.last}`,
      ),
  );
}
