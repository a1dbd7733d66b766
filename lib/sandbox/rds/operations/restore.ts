import type {
  RestoreDBInstanceToPointInTimeMessage,
  RestoreDBInstanceToPointInTimeResult,
} from '@aws-sdk/client-rds';
import { ServiceError } from '../../contract.ts';
import { backupsArn, describeInstance } from '../describe.ts';
import { instanceNotFound, invalidCombination, invalidState, invalidValue } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { Instance, Settings, Status } from '../instance.ts';
import {
  availabilityZone,
  fittingParameterGroup,
  freeIdentifier,
  knownSecurityGroups,
  mergeTags,
  refuseBeyondQuota,
  refuseUnusableKey,
} from '../requests.ts';
import { defaultSettings, refuseUnsupported, requestedSettings } from '../settings.ts';
import type { FleetOperation } from './operation.ts';

/** States in which a source has backups that can be used. */
const usableStates: ReadonlySet<Status> = new Set([
  'available',
  'backing-up',
  'modifying',
  'rebooting',
  'storage-full',
]);

/** What a clone takes over from its source when the request is silent; everything else is RDS's default. */
const inherited = [
  'AllocatedStorage',
  'BackupRetentionPeriod',
  'DBInstanceClass',
  'DBName',
  'EngineVersion',
  'Iops',
  'KmsKeyId',
  'MasterUsername',
  'StorageEncrypted',
  'StorageThroughput',
] as const satisfies (keyof Settings)[];

async function restore(
  fleet: Fleet,
  input: RestoreDBInstanceToPointInTimeMessage,
): Promise<RestoreDBInstanceToPointInTimeResult> {
  refuseUnsupported('RestoreDBInstanceToPointInTime', { ...input });
  const identifier = freeIdentifier(fleet, input.TargetDBInstanceIdentifier, 'TargetDBInstanceIdentifier');
  const source = sourceOf(fleet, input);
  const target = targetOf(source, input);
  const requested = requestedSettings({ ...input });
  const subnetGroup = fleet.subnetGroups.get(input.DBSubnetGroupName ?? 'default').name;
  const zone = availabilityZone(fleet, subnetGroup, requested.AvailabilityZone);
  const own = Object.fromEntries(inherited.map((name) => [name, source.settings[name]]));
  const settings: Settings = { ...defaultSettings(zone), ...own, ...requested };
  const parameterGroup = fittingParameterGroup(fleet, input.DBParameterGroupName);
  const securityGroupIds = knownSecurityGroups(fleet, input.VpcSecurityGroupIds);
  await refuseUnusableKey(fleet, settings);
  // No await between these checks and the new instance: two requests at once must not both pass.
  freeIdentifier(fleet, identifier, 'TargetDBInstanceIdentifier');
  refuseBeyondQuota(fleet, settings.AllocatedStorage ?? 0);
  const tags = mergeTags(source.tags, input.Tags as { Key: string; Value: string }[]);
  const clone = fleet.add({ identifier, settings, securityGroupIds, parameterGroup, subnetGroup, tags });
  fleet.inBackground(clone, 'incompatible-restore', () => recover(fleet, clone, source, target));
  return { DBInstance: describeInstance(fleet, clone) };
}

async function recover(fleet: Fleet, clone: Instance, source: Instance, target: Date): Promise<void> {
  const { clock } = fleet.context;
  const failure = fleet.faults.restore?.(clone.identifier);
  const leastMs = fleet.options.restoreMinutes * 60_000;
  if (failure) {
    await fleet.sleep(leastMs);
    clone.status = failure;
    fleet.events.record(clone, 'failure', `The DB instance is in state ${failure}`);
    return;
  }
  const parameters = fleet.parameterGroups.values(clone.parameterGroup.name);
  Object.assign(clone.timings, await clone.database.restore(source.database, target, parameters));
  const recoveredAt = clock.now();
  clone.timings.recoveredAt = recoveredAt;
  const nominalMs = (recoveredAt.getTime() - clone.timings.startedAt.getTime()) * clock.scale;
  await fleet.sleep(leastMs - nominalMs);
  fleet.events.record(
    clone,
    'restoration',
    `Restored from DB instance ${source.identifier} to ${target.toISOString()}`,
  );
  await fleet.finish(clone);
}

function sourceOf(fleet: Fleet, input: RestoreDBInstanceToPointInTimeMessage): Instance {
  const given = [
    input.SourceDBInstanceIdentifier,
    input.SourceDbiResourceId,
    input.SourceDBInstanceAutomatedBackupsArn,
  ].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw invalidCombination(
      'Exactly one of SourceDBInstanceIdentifier, SourceDbiResourceId and SourceDBInstanceAutomatedBackupsArn must be given.',
    );
  }
  const source = input.SourceDBInstanceIdentifier
    ? fleet.get(input.SourceDBInstanceIdentifier)
    : [...fleet.instances.values(), ...fleet.retained.values()].find(
        (each) => each.resourceId === given[0] || backupsArn(each) === given[0],
      );
  if (!source) throw instanceNotFound(given[0]!);
  if (!source.settings.BackupRetentionPeriod) {
    throw new ServiceError(
      'PointInTimeRestoreNotEnabled',
      `The DB instance ${source.identifier} does not have automated backups: its retention period is 0`,
    );
  }
  if (!fleet.retained.has(source.resourceId) && !usableStates.has(source.status)) {
    throw invalidState(source.identifier, `cannot be restored from while it is ${source.status}.`);
  }
  return source;
}

/** The moment to restore to, in whole seconds, inside the source's restorable window. */
function targetOf(source: Instance, input: RestoreDBInstanceToPointInTimeMessage): Date {
  const { RestoreTime: time, UseLatestRestorableTime: useLatest } = input;
  if (time && useLatest) {
    throw invalidCombination('RestoreTime and UseLatestRestorableTime cannot be specified together.');
  }
  if (!time && !useLatest) {
    throw invalidCombination('Either RestoreTime or UseLatestRestorableTime must be specified.');
  }
  const { earliestRestorableTime: earliest, latestRestorableTime: latest } = source.database;
  if (!earliest || !latest) {
    throw invalidState(source.identifier, 'has no restorable time yet: its first backup is not finished.');
  }
  if (!time) return latest;
  const target = new Date(Math.floor(time.getTime() / 1000) * 1000);
  if (target < earliest || target > latest) {
    const side =
      target < earliest ? `earlier than ${earliest.toISOString()}` : `later than ${latest.toISOString()}`;
    throw invalidValue(
      `The specified instance cannot be restored to a time ${side}. Got ${time.toISOString()}.`,
    );
  }
  return target;
}

export const restoreOperations: Record<string, FleetOperation> = { RestoreDBInstanceToPointInTime: restore };
