import { ServiceError } from '../contract.ts';
import { instanceExists, invalidValue } from './errors.ts';
import type { Fleet } from './fleet.ts';
import { parseIdentifier } from './identifiers.ts';
import type { Settings, Tag } from './instance.ts';

/** What a new instance's identifier must be: of the right form and not taken. */
export function freeIdentifier(fleet: Fleet, value: unknown, parameter: string): string {
  const identifier = parseIdentifier(value, parameter);
  if (fleet.instances.has(identifier)) throw instanceExists(identifier);
  return identifier;
}

export function knownSecurityGroups(fleet: Fleet, ids: string[] | undefined): string[] {
  if (!ids?.length) return [fleet.network.defaultGroupId];
  const unknown = ids.find((id) => !fleet.network.groups.has(id));
  if (unknown) throw invalidValue(`Invalid security group , groupId= ${unknown}, groupName=.`);
  return [...ids];
}

/** The parameter group's name, where it fits the installed PostgreSQL. */
export function fittingParameterGroup(fleet: Fleet, name: string | undefined): string {
  const family = `postgres${fleet.home.binaries.version.split('.')[0]}`;
  const group = fleet.parameterGroups.get(name ?? `default.${family}`);
  if (group.family !== family) {
    throw new ServiceError(
      'InvalidParameterCombination',
      `The parameter group ${group.name} with DBParameterGroupFamily ${group.family} cannot be used for this instance. Use a parameter group with DBParameterGroupFamily ${family}`,
    );
  }
  return group.name;
}

/** Refuses what would exceed the account's quotas. */
export function refuseBeyondQuota(fleet: Fleet, allocatedStorage: number): void {
  const { instanceQuota, storageQuotaGib } = fleet.options;
  if (fleet.instances.size >= instanceQuota) {
    throw new ServiceError(
      'InstanceQuotaExceeded',
      `DB Instance quota exceeded: the quota is ${instanceQuota}`,
    );
  }
  const used = [...fleet.instances.values()].map(({ settings }) => settings.AllocatedStorage ?? 0);
  if (used.reduce((sum, each) => sum + each, allocatedStorage) > storageQuotaGib) {
    throw new ServiceError(
      'StorageQuotaExceeded',
      `Storage quota exceeded: the quota is ${storageQuotaGib} GiB`,
    );
  }
}

/** Refuses a KMS key that is disabled, gone, or of another account. */
export async function refuseUnusableKey(fleet: Fleet, settings: Settings): Promise<void> {
  const key = settings.KmsKeyId;
  if (!key) return;
  const state = await fleet.context.call('kms', 'DescribeKey', { KeyId: key }).then(
    ({ KeyMetadata }) => KeyMetadata.KeyState as string,
    (error: Error) => error.message,
  );
  if (state === 'Enabled') return;
  throw new ServiceError(
    'KMSKeyNotAccessibleFault',
    `The specified KMS key [${key}] does not exist, is not enabled or you do not have permissions to access it: ${state}`,
  );
}

/** The zone asked for, or one of the subnet group's. */
export function availabilityZone(fleet: Fleet, subnetGroup: string, wanted: string | undefined): string {
  const group = fleet.subnetGroups.get(subnetGroup);
  const zones = [...new Set(group.subnetIds.map((id) => fleet.subnetGroups.zoneOf(id)))].filter(
    (zone) => !!zone,
  );
  if (wanted && !zones.includes(wanted)) {
    throw new ServiceError(
      'InvalidVPCNetworkStateFault',
      `The subnet group ${group.name} has no subnet in ${wanted}; it covers ${zones.join(', ')}`,
    );
  }
  return wanted ?? zones[Math.floor(Math.random() * zones.length)] ?? `${fleet.context.region}a`;
}

/** Later tags replace earlier ones of the same key. */
export function mergeTags(...lists: (Tag[] | undefined)[]): Tag[] {
  const merged = new Map(lists.flatMap((list) => list ?? []).map(({ Key, Value }) => [Key, Value ?? '']));
  return [...merged].map(([Key, Value]) => ({ Key, Value }));
}
