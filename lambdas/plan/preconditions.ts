import { RollbackError } from '../../lib/domain/errors.ts';
import type { FoundShard } from './look-at-shards.ts';
import type { PlanPorts } from './ports.ts';

/** Throws `ResidencyViolation` where the run would act, or put data, outside the policy's accounts and Regions. */
export function checkResidency(
  executionArn: string,
  shards: readonly FoundShard[],
  { policy }: PlanPorts,
): void {
  const { accounts, regions } = policy.residency;
  for (const arn of [executionArn, ...shards.map(({ instance }) => instance.arn)]) {
    const [, , , region, account] = arn.split(':');
    if (regions.includes(region!) && accounts.includes(account!)) continue;
    throw new RollbackError(
      'ResidencyViolation',
      `${arn}: expected accounts ${accounts.join(', ')} and Regions ${regions.join(', ')}, got ${account} in ${region}.`,
    );
  }
  for (const { instance } of shards) {
    if (instance.vpc === undefined || instance.vpc === policy.network.vpc) continue;
    throw new RollbackError(
      'ResidencyViolation',
      `${instance.id}: expected network ${policy.network.vpc}, got ${instance.vpc}.`,
    );
  }
}

/** Throws `QuotaExceeded` where the account has no room for one clone per shard. */
export async function checkQuotas(shards: readonly FoundShard[], { account }: PlanPorts): Promise<void> {
  const { instances, storage } = await account.quotas();
  const gib = shards.reduce((sum, { instance }) => sum + instance.allocatedStorage, 0);
  for (const [what, quota, needed] of [
    ['instances', instances, shards.length],
    ['GiB of storage', storage, gib],
  ] as const) {
    if (quota === undefined || quota.used + needed <= quota.most) continue;
    throw new RollbackError(
      'QuotaExceeded',
      `Expected room for ${needed} more ${what}, got ${quota.most - quota.used} of ${quota.most}.`,
      { details: { needed, ...quota } },
    );
  }
}

/** Throws `KeyNotUsable` where a clone could not be encrypted with its source's key. */
export async function checkKeys(shards: readonly FoundShard[], { account }: PlanPorts): Promise<void> {
  const keys = new Set(shards.flatMap(({ instance }) => instance.kmsKeyId ?? []));
  for (const key of keys) {
    const fault = await account.faultOfKey(key);
    if (fault === undefined) continue;
    throw new RollbackError('KeyNotUsable', `${key}: expected a key in state Enabled, got ${fault}.`);
  }
}
