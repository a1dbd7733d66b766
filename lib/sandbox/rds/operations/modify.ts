import type {
  ModifyDBInstanceMessage,
  ModifyDBInstanceResult,
  RebootDBInstanceMessage,
  RebootDBInstanceResult,
} from '@aws-sdk/client-rds';
import { ServiceError } from '../../contract.ts';
import { describeInstance } from '../describe.ts';
import { invalidCombination, invalidState } from '../errors.ts';
import { type Fleet, groupIds } from '../fleet.ts';
import type { Instance, Settings } from '../instance.ts';
import { fittingParameterGroup, knownSecurityGroups } from '../requests.ts';
import { refuseUnsupported, requestedSettings } from '../settings.ts';
import type { FleetOperation } from './operation.ts';

/** Changes that wait for the maintenance window unless ApplyImmediately is set. */
const deferrable = [
  'AllocatedStorage',
  'DBInstanceClass',
  'IAMDatabaseAuthenticationEnabled',
  'Iops',
  'MultiAZ',
  'StorageThroughput',
  'StorageType',
] as const satisfies (keyof Settings)[];

const unsupported = ['NewDBInstanceIdentifier', 'EngineVersion', 'DBSubnetGroupName', 'DBPortNumber'];

async function modify(fleet: Fleet, input: ModifyDBInstanceMessage): Promise<ModifyDBInstanceResult> {
  refuseUnsupported('ModifyDBInstance', { ...input });
  const refused = unsupported.find((member) => input[member as keyof ModifyDBInstanceMessage] !== undefined);
  if (refused) {
    throw new ServiceError('NotImplemented', `The sandbox's ModifyDBInstance does not have ${refused}.`, {
      status: 501,
    });
  }
  const instance = fleet.get(input.DBInstanceIdentifier);
  if (instance.status !== 'available' && instance.status !== 'storage-full') {
    throw invalidState(instance.identifier, 'is not in available state.');
  }
  const requested = requestedSettings({ ...input });
  if (requested.MonitoringInterval && !(requested.MonitoringRoleArn ?? instance.settings.MonitoringRoleArn)) {
    throw invalidCombination(
      'A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.',
    );
  }
  const parameterGroup =
    input.DBParameterGroupName && fittingParameterGroup(fleet, input.DBParameterGroupName);
  const securityGroups = input.VpcSecurityGroupIds && knownSecurityGroups(fleet, input.VpcSecurityGroupIds);
  const logs = exportedLogs(instance, input);

  const work: (() => Promise<void>)[] = [];
  if (securityGroups) work.push(() => swapSecurityGroups(fleet, instance, securityGroups));
  if (parameterGroup && parameterGroup !== instance.parameterGroup.name) {
    instance.parameterGroup.name = parameterGroup;
    const isInForce = parameterGroup === instance.parameterGroup.inForce;
    instance.parameterGroup.status = isInForce ? 'in-sync' : 'pending-reboot';
  }
  const password = input.MasterUserPassword;
  if (password) {
    work.push(() => instance.database.setMasterPassword(instance.settings.MasterUsername!, password));
  }
  const settings = input.ApplyImmediately
    ? { ...instance.pending, ...requested }
    : defer(instance, requested);
  if (input.ApplyImmediately) instance.pending = {};
  const retention = settings.BackupRetentionPeriod;
  const before = instance.settings.BackupRetentionPeriod;
  Object.assign(instance.settings, settings, logs);
  if (before && retention === 0) work.push(() => fleet.stopBackups(instance));
  if (!before && retention) work.push(() => fleet.startBackups(instance));

  if (work.length > 0) {
    instance.status = 'modifying';
    fleet.inBackground(instance, 'failed', async () => {
      for (const each of work) await each();
      instance.status = 'available';
      fleet.events.record(
        instance,
        'configuration change',
        'Finished applying modification to the DB instance',
      );
    });
  }
  return { DBInstance: describeInstance(fleet, instance) };
}

/** Puts what waits for the maintenance window aside and gives the rest. */
function defer(instance: Instance, requested: Settings): Settings {
  const now: Record<string, unknown> = { ...requested };
  for (const name of deferrable) {
    if (now[name] === undefined || now[name] === instance.settings[name]) continue;
    Object.assign(instance.pending, { [name]: now[name] });
    delete now[name];
  }
  return now;
}

async function swapSecurityGroups(fleet: Fleet, instance: Instance, ids: string[]): Promise<void> {
  const old = new Set(groupIds(instance));
  instance.securityGroups = ids.map((id) => ({ id, status: old.has(id) ? 'active' : 'adding' }));
  fleet.network.attachServer(instance.identifier, instance.address, ids);
  await fleet.allow(instance);
  for (const group of instance.securityGroups) group.status = 'active';
}

function exportedLogs(instance: Instance, input: ModifyDBInstanceMessage): Settings {
  const change = input.CloudwatchLogsExportConfiguration;
  if (!change) return {};
  const logs = new Set(instance.settings.EnabledCloudwatchLogsExports);
  for (const each of change.EnableLogTypes ?? []) logs.add(each);
  for (const each of change.DisableLogTypes ?? []) logs.delete(each);
  return { EnabledCloudwatchLogsExports: [...logs].sort() };
}

async function reboot(fleet: Fleet, input: RebootDBInstanceMessage): Promise<RebootDBInstanceResult> {
  const instance = fleet.get(input.DBInstanceIdentifier);
  if (instance.status !== 'available') throw invalidState(instance.identifier, 'is not in available state.');
  if (input.ForceFailover && !instance.settings.MultiAZ) {
    throw invalidCombination('Cannot force failover on a DB instance that is not Multi-AZ.');
  }
  instance.status = 'rebooting';
  const answer = describeInstance(fleet, instance);
  fleet.inBackground(instance, 'incompatible-parameters', async () => {
    const { name } = instance.parameterGroup;
    await instance.database.restart(fleet.parameterGroups.values(name));
    instance.parameterGroup = { name, inForce: name, status: 'in-sync' };
    instance.status = 'available';
    fleet.events.record(instance, 'availability', 'DB instance restarted');
  });
  return { DBInstance: answer };
}

export const modifyOperations: Record<string, FleetOperation> = {
  ModifyDBInstance: modify,
  RebootDBInstance: reboot,
};
