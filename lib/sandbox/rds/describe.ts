import type { DBInstance, DBInstanceAutomatedBackup } from '@aws-sdk/client-rds';
import type { Fleet } from './fleet.ts';
import type { Instance, Status } from './instance.ts';

/** States in which RDS shows no endpoint yet. */
const unborn: ReadonlySet<Status> = new Set([
  'creating',
  'failed',
  'incompatible-restore',
  'incompatible-network',
]);

/** An instance as DescribeDBInstances shows it. */
export function describeInstance(fleet: Fleet, instance: Instance): DBInstance {
  const { settings, parameterGroup } = instance;
  const latest = settings.BackupRetentionPeriod ? instance.database.latestRestorableTime : undefined;
  return {
    ...settings,
    DBInstanceIdentifier: instance.identifier,
    DBInstanceArn: instance.arn,
    DbiResourceId: instance.resourceId,
    DBInstanceStatus: instance.status,
    Engine: 'postgres',
    LicenseModel: 'postgresql-license',
    InstanceCreateTime: instance.createdAt,
    DbInstancePort: 0,
    ...(!unborn.has(instance.status) && { Endpoint: { Address: instance.host, Port: instance.port } }),
    ...(latest && { LatestRestorableTime: latest }),
    VpcSecurityGroups: instance.securityGroups.map(({ id, status }) => ({
      VpcSecurityGroupId: id,
      Status: status,
    })),
    DBSecurityGroups: [],
    DBParameterGroups: [
      { DBParameterGroupName: parameterGroup.name, ParameterApplyStatus: parameterGroup.status },
    ],
    DBSubnetGroup: fleet.subnetGroups.describe(fleet.subnetGroups.get(instance.subnetGroup)),
    PendingModifiedValues: { ...instance.pending },
    ReadReplicaDBInstanceIdentifiers: [],
    TagList: instance.tags,
    BackupTarget: 'region',
    NetworkType: 'IPV4',
  };
}

/** The automated backups of an instance, alive or deleted. */
export function describeBackups(fleet: Fleet, instance: Instance): DBInstanceAutomatedBackup {
  const { settings, database } = instance;
  const earliest = database.earliestRestorableTime;
  const latest = database.latestRestorableTime;
  return {
    DBInstanceArn: instance.arn,
    DbiResourceId: instance.resourceId,
    DBInstanceIdentifier: instance.identifier,
    DBInstanceAutomatedBackupsArn: backupsArn(instance),
    Region: fleet.context.region,
    ...(earliest && latest && { RestoreWindow: { EarliestTime: earliest, LatestTime: latest } }),
    Status: fleet.retained.has(instance.resourceId) ? 'retained' : earliest ? 'active' : 'creating',
    AllocatedStorage: settings.AllocatedStorage,
    AvailabilityZone: settings.AvailabilityZone,
    BackupRetentionPeriod: settings.BackupRetentionPeriod,
    BackupTarget: 'region',
    Encrypted: settings.StorageEncrypted ?? false,
    Engine: 'postgres',
    EngineVersion: settings.EngineVersion,
    IAMDatabaseAuthenticationEnabled: settings.IAMDatabaseAuthenticationEnabled,
    InstanceCreateTime: instance.createdAt,
    Iops: settings.Iops,
    KmsKeyId: settings.KmsKeyId,
    LicenseModel: 'postgresql-license',
    MasterUsername: settings.MasterUsername,
    Port: instance.port,
    StorageThroughput: settings.StorageThroughput,
    StorageType: settings.StorageType,
    TagList: instance.tags,
    VpcId: fleet.network.vpc.id,
  };
}

export function backupsArn(instance: Instance): string {
  return instance.arn.replace(/:db:.*/, `:auto-backup:ab-${instance.resourceId.slice(3).toLowerCase()}`);
}
