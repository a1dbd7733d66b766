import { ServiceError } from '../contract.ts';
import { invalidValue } from './errors.ts';
import type { Settings } from './instance.ts';

/** Members that the sandbox would have to pretend: a request that uses one is refused by name. */
const unsupported = [
  'DBClusterIdentifier',
  'ManageMasterUserPassword',
  'Domain',
  'DomainFqdn',
  'TdeCredentialArn',
  'CustomIamInstanceProfile',
  'EnableCustomerOwnedIp',
  'MultiTenant',
  'DedicatedLogVolume',
  'AdditionalStorageVolumes',
  'OptionGroupName',
];

export function refuseUnsupported(operation: string, input: Record<string, unknown>): void {
  const found = unsupported.find((member) => input[member] !== undefined && input[member] !== false);
  if (found) {
    throw new ServiceError('NotImplemented', `The sandbox's ${operation} does not have ${found}.`, {
      status: 501,
    });
  }
}

/** What both CreateDBInstance and a restore give an instance when the request is silent. */
export function defaultSettings(availabilityZone: string): Settings {
  return {
    AutoMinorVersionUpgrade: true,
    AvailabilityZone: availabilityZone,
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    CopyTagsToSnapshot: false,
    DeletionProtection: false,
    EnabledCloudwatchLogsExports: [],
    IAMDatabaseAuthenticationEnabled: false,
    MonitoringInterval: 0,
    MultiAZ: false,
    PerformanceInsightsEnabled: false,
    PreferredBackupWindow: '02:00-02:30',
    PreferredMaintenanceWindow: 'sun:03:00-sun:03:30',
    PubliclyAccessible: false,
    StorageType: 'gp3',
  };
}

/** Request members whose setting has another name. */
const renamed = {
  EnableIAMDatabaseAuthentication: 'IAMDatabaseAuthenticationEnabled',
  EnablePerformanceInsights: 'PerformanceInsightsEnabled',
  EnableCloudwatchLogsExports: 'EnabledCloudwatchLogsExports',
} as const;

const sameName = [
  'AllocatedStorage',
  'AutoMinorVersionUpgrade',
  'AvailabilityZone',
  'BackupRetentionPeriod',
  'CACertificateIdentifier',
  'CopyTagsToSnapshot',
  'DBInstanceClass',
  'DeletionProtection',
  'Iops',
  'KmsKeyId',
  'MaxAllocatedStorage',
  'MonitoringInterval',
  'MonitoringRoleArn',
  'MultiAZ',
  'PerformanceInsightsKMSKeyId',
  'PerformanceInsightsRetentionPeriod',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'PubliclyAccessible',
  'StorageEncrypted',
  'StorageThroughput',
  'StorageType',
] as const satisfies (keyof Settings)[];

/** The settings that a request names, with those checked that RDS checks. */
export function requestedSettings(input: Record<string, any>): Settings {
  const settings: Record<string, unknown> = {};
  for (const name of sameName) {
    if (input[name] !== undefined) settings[name] = input[name];
  }
  for (const [name, setting] of Object.entries(renamed)) {
    if (input[name] !== undefined) settings[setting] = input[name];
  }
  check(settings);
  return settings;
}

const monitoringIntervals = [0, 1, 5, 10, 15, 30, 60];

function check(settings: Settings): void {
  const { BackupRetentionPeriod: retention, MonitoringInterval: interval } = settings;
  if (retention !== undefined && !(Number.isInteger(retention) && retention >= 0 && retention <= 35)) {
    throw invalidValue(
      `Invalid backup retention period: ${retention}. Retention period must be between 0 and 35`,
    );
  }
  if (interval !== undefined && !monitoringIntervals.includes(interval)) {
    throw invalidValue(
      `Invalid MonitoringInterval: ${interval}. Valid values: ${monitoringIntervals.join(', ')}`,
    );
  }
  const { DBInstanceClass: instanceClass } = settings;
  if (instanceClass !== undefined && !/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(instanceClass)) {
    throw invalidValue(`Invalid DB Instance class: ${instanceClass}`);
  }
}
