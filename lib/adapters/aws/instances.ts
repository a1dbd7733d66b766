import {
  AddTagsToResourceCommand,
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
  RebootDBInstanceCommand,
  RestoreDBInstanceToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import type { Instance, Settings } from '../../domain/run/instance.ts';
import { send, type Translations } from './errors.ts';

const changing: Translations = {
  InvalidDBInstanceState: 'ChangeInProgress',
  InvalidDBInstanceStateFault: 'ChangeInProgress',
};

const restoring: Translations = {
  ...changing,
  InstanceQuotaExceededFault: 'QuotaExceeded',
  StorageQuotaExceededFault: 'QuotaExceeded',
  KMSKeyNotAccessibleFault: 'KeyNotUsable',
  InsufficientDBInstanceCapacityFault: 'ServiceUnavailable',
  PointInTimeRestoreNotEnabledFault: 'RestorePointOutsideWindow',
  InvalidRestoreFault: 'RestorePointOutsideWindow',
};

export interface CloneOrder {
  source: Instance;
  id: string;
  /** RFC 3339 UTC, whole seconds. */
  restorePoint: string;
  securityGroup: string;
  parameterGroup: string;
  tags: Record<string, string>;
}

/** What may be changed of an instance; what is absent stays. */
export type InstanceChange = Partial<Settings> & { parameterGroup?: string; securityGroups?: string[] };

/** Amazon RDS for PostgreSQL, as a run uses it. */
export function rdsInstances(rds: RDSClient) {
  return {
    /** One instance, or undefined where there is none of that name. */
    async find(id: string): Promise<Instance | undefined> {
      try {
        const answer = await send(rds, new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
        return answer.DBInstances?.map(instanceOf)[0];
      } catch (error) {
        if (/^DBInstanceNotFound(Fault)?$/.test((error as Error).name)) return undefined;
        throw error;
      }
    },

    /** Every instance of the account and Region. */
    async list(): Promise<Instance[]> {
      const found: Instance[] = [];
      let Marker: string | undefined;
      do {
        const page = await send(rds, new DescribeDBInstancesCommand({ Marker, MaxRecords: 100 }));
        found.push(...(page.DBInstances ?? []).map(instanceOf));
        Marker = page.Marker;
      } while (Marker);
      return found;
    },

    /** From when on each instance can be restored, by resource id, in milliseconds UTC. */
    async earliestRestorable(): Promise<Map<string, number>> {
      const found = new Map<string, number>();
      let Marker: string | undefined;
      do {
        const page = await send(
          rds,
          new DescribeDBInstanceAutomatedBackupsCommand({ Marker, MaxRecords: 100 }),
        );
        for (const { DbiResourceId, RestoreWindow } of page.DBInstanceAutomatedBackups ?? []) {
          if (DbiResourceId && RestoreWindow?.EarliestTime)
            found.set(DbiResourceId, RestoreWindow.EarliestTime.getTime());
        }
        Marker = page.Marker;
      } while (Marker);
      return found;
    },

    /** Answers `exists` where an instance has that name already. */
    async restore(order: CloneOrder): Promise<'started' | 'exists'> {
      try {
        await send(rds, new RestoreDBInstanceToPointInTimeCommand(restoreInput(order)), restoring);
        return 'started';
      } catch (error) {
        if (/^DBInstanceAlreadyExists(Fault)?$/.test((error as Error).name)) return 'exists';
        throw error;
      }
    },

    async modify(id: string, change: InstanceChange): Promise<void> {
      const input = { DBInstanceIdentifier: id, ApplyImmediately: true, ...modifyInput(change) };
      await send(rds, new ModifyDBInstanceCommand(input), changing);
    },

    async reboot(id: string): Promise<void> {
      await send(rds, new RebootDBInstanceCommand({ DBInstanceIdentifier: id }), changing);
    },

    /** Deletes without a last snapshot; what is gone already is fine. */
    async remove(id: string): Promise<void> {
      const input = { DBInstanceIdentifier: id, SkipFinalSnapshot: true, DeleteAutomatedBackups: true };
      try {
        await send(rds, new DeleteDBInstanceCommand(input), changing);
      } catch (error) {
        if (!/^DBInstanceNotFound(Fault)?$/.test((error as Error).name)) throw error;
      }
    },

    async tag(arn: string, tags: Record<string, string>): Promise<void> {
      await send(rds, new AddTagsToResourceCommand({ ResourceName: arn, Tags: tagList(tags) }));
    },
  };
}

export type Instances = ReturnType<typeof rdsInstances>;

function instanceOf(db: DBInstance): Instance {
  const group = db.DBParameterGroups?.[0];
  return {
    id: db.DBInstanceIdentifier!,
    arn: db.DBInstanceArn!,
    resourceId: db.DbiResourceId!,
    status: db.DBInstanceStatus ?? 'unknown',
    endpoint: db.Endpoint?.Address
      ? { host: db.Endpoint.Address, port: db.Endpoint.Port ?? 5432 }
      : undefined,
    securityGroups: (db.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId, Status }) => ({
      id: VpcSecurityGroupId!,
      status: Status ?? 'active',
    })),
    parameterGroup: {
      name: group?.DBParameterGroupName ?? '',
      status: group?.ParameterApplyStatus ?? 'in-sync',
    },
    subnetGroup: db.DBSubnetGroup?.DBSubnetGroupName ?? '',
    vpc: db.DBSubnetGroup?.VpcId,
    availabilityZone: db.AvailabilityZone,
    kmsKeyId: db.KmsKeyId,
    allocatedStorage: db.AllocatedStorage ?? 0,
    pending: Object.values(db.PendingModifiedValues ?? {}).some((value) => value !== undefined),
    latestRestorable: db.LatestRestorableTime?.getTime(),
    tags: Object.fromEntries((db.TagList ?? []).map(({ Key, Value }) => [Key!, Value ?? ''])),
    settings: settingsOf(db),
  };
}

function settingsOf(db: DBInstance): Settings {
  return {
    instanceClass: db.DBInstanceClass ?? '',
    multiAz: db.MultiAZ ?? false,
    storageType: db.StorageType,
    iops: db.Iops,
    storageThroughput: db.StorageThroughput,
    maxAllocatedStorage: db.MaxAllocatedStorage,
    iamAuthentication: db.IAMDatabaseAuthenticationEnabled ?? false,
    deletionProtection: db.DeletionProtection ?? false,
    copyTagsToSnapshot: db.CopyTagsToSnapshot ?? false,
    backupRetentionDays: db.BackupRetentionPeriod ?? 0,
    backupWindow: db.PreferredBackupWindow,
    maintenanceWindow: db.PreferredMaintenanceWindow,
    autoMinorVersionUpgrade: db.AutoMinorVersionUpgrade ?? false,
    publiclyAccessible: db.PubliclyAccessible ?? false,
    caCertificate: db.CACertificateIdentifier,
    monitoringInterval: db.MonitoringInterval ?? 0,
    monitoringRoleArn: db.MonitoringRoleArn,
    performanceInsights: db.PerformanceInsightsEnabled ?? false,
    performanceInsightsKmsKeyId: db.PerformanceInsightsKMSKeyId,
    performanceInsightsRetentionDays: db.PerformanceInsightsRetentionPeriod,
  };
}

/** What the restore can set it sets; deletion protection waits until the clone is known to be wanted. */
function restoreInput({ source, id, restorePoint, securityGroup, parameterGroup, tags }: CloneOrder) {
  const { settings } = source;
  return {
    SourceDBInstanceIdentifier: source.id,
    TargetDBInstanceIdentifier: id,
    RestoreTime: new Date(restorePoint),
    DBInstanceClass: settings.instanceClass,
    DBSubnetGroupName: source.subnetGroup || undefined,
    VpcSecurityGroupIds: [securityGroup],
    DBParameterGroupName: parameterGroup,
    MultiAZ: settings.multiAz,
    PubliclyAccessible: settings.publiclyAccessible,
    AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
    EnableIAMDatabaseAuthentication: settings.iamAuthentication,
    CopyTagsToSnapshot: settings.copyTagsToSnapshot,
    DeletionProtection: false,
    StorageType: settings.storageType,
    MaxAllocatedStorage: settings.maxAllocatedStorage,
    Tags: tagList({ ...inherited(source.tags), ...tags }),
  };
}

function modifyInput(change: InstanceChange) {
  return {
    DBParameterGroupName: change.parameterGroup,
    VpcSecurityGroupIds: change.securityGroups,
    DBInstanceClass: change.instanceClass,
    MultiAZ: change.multiAz,
    StorageType: change.storageType,
    Iops: change.iops,
    StorageThroughput: change.storageThroughput,
    MaxAllocatedStorage: change.maxAllocatedStorage,
    EnableIAMDatabaseAuthentication: change.iamAuthentication,
    DeletionProtection: change.deletionProtection,
    CopyTagsToSnapshot: change.copyTagsToSnapshot,
    BackupRetentionPeriod: change.backupRetentionDays,
    PreferredBackupWindow: change.backupWindow,
    PreferredMaintenanceWindow: change.maintenanceWindow,
    AutoMinorVersionUpgrade: change.autoMinorVersionUpgrade,
    PubliclyAccessible: change.publiclyAccessible,
    CACertificateIdentifier: change.caCertificate,
    MonitoringInterval: change.monitoringInterval,
    MonitoringRoleArn: change.monitoringRoleArn,
    EnablePerformanceInsights: change.performanceInsights,
    PerformanceInsightsKMSKeyId: change.performanceInsightsKmsKeyId,
    PerformanceInsightsRetentionPeriod: change.performanceInsightsRetentionDays,
  };
}

/** The source's own tags; those of the service and of earlier runs are not the clone's. */
function inherited(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !/^(aws|safe-rollback):/.test(key)));
}

function tagList(tags: Record<string, string>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
