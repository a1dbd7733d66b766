import type { DBInstance } from '@aws-sdk/client-rds';
import type { Database } from './database.ts';

/** What DescribeDBInstances says of an instance that does not change by itself. */
export type Settings = Pick<
  DBInstance,
  | 'AllocatedStorage'
  | 'AutoMinorVersionUpgrade'
  | 'AvailabilityZone'
  | 'BackupRetentionPeriod'
  | 'CACertificateIdentifier'
  | 'CopyTagsToSnapshot'
  | 'DBInstanceClass'
  | 'DBName'
  | 'DeletionProtection'
  | 'EnabledCloudwatchLogsExports'
  | 'EngineVersion'
  | 'IAMDatabaseAuthenticationEnabled'
  | 'Iops'
  | 'KmsKeyId'
  | 'MasterUsername'
  | 'MaxAllocatedStorage'
  | 'MonitoringInterval'
  | 'MonitoringRoleArn'
  | 'MultiAZ'
  | 'PerformanceInsightsEnabled'
  | 'PerformanceInsightsKMSKeyId'
  | 'PerformanceInsightsRetentionPeriod'
  | 'PreferredBackupWindow'
  | 'PreferredMaintenanceWindow'
  | 'PubliclyAccessible'
  | 'StorageEncrypted'
  | 'StorageThroughput'
  | 'StorageType'
>;

export type Status =
  | 'creating'
  | 'backing-up'
  | 'available'
  | 'modifying'
  | 'rebooting'
  | 'deleting'
  | 'failed'
  | 'incompatible-restore'
  | 'incompatible-parameters'
  | 'incompatible-network'
  | 'storage-full';

export interface Tag {
  Key: string;
  Value: string;
}

/** Engine's own critical path of a restore or a creation: instants, and milliseconds of the real work. */
export interface Timings {
  startedAt: Date;
  /** When the database took writes. */
  recoveredAt?: Date;
  /** When it was first described as available. */
  availableAt?: Date;
  /** Copying the base backup. */
  copyMs?: number;
  /** Replaying WAL until writable. */
  recoveryMs?: number;
}

export interface ParameterGroupMembership {
  name: string;
  /** The group whose values the server runs with: another than `name` until it is rebooted. */
  inForce: string;
  status: 'in-sync' | 'pending-reboot' | 'applying';
}

export interface Instance {
  identifier: string;
  /** `db-` and 26 characters; stays where the identifier is reused. */
  resourceId: string;
  arn: string;
  status: Status;
  createdAt: Date;
  host: string;
  address: string;
  port: number;
  settings: Settings;
  /** Asked for, but waiting for the maintenance window because ApplyImmediately was not set. */
  pending: Settings;
  securityGroups: { id: string; status: 'active' | 'adding' }[];
  parameterGroup: ParameterGroupMembership;
  subnetGroup: string;
  tags: Tag[];
  database: Database;
  timings: Timings;
}
