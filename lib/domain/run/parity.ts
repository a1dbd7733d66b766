import type { Instance, Settings } from './instance.ts';

export interface Difference {
  setting: string;
  expected: unknown;
  got: unknown;
}

const compared: (keyof Settings)[] = [
  'instanceClass',
  'multiAz',
  'storageType',
  'iops',
  'storageThroughput',
  'maxAllocatedStorage',
  'iamAuthentication',
  'deletionProtection',
  'copyTagsToSnapshot',
  'backupRetentionDays',
  'backupWindow',
  'maintenanceWindow',
  'autoMinorVersionUpgrade',
  'publiclyAccessible',
  'caCertificate',
  'monitoringInterval',
  'monitoringRoleArn',
  'performanceInsights',
  'performanceInsightsKmsKeyId',
  'performanceInsightsRetentionDays',
];

/** Set by the restore alone; RDS offers no change of them afterwards. */
const unchangeable = ['subnetGroup', 'kmsKeyId'] as const;

/**
 * In what a clone differs from its source, read from both as they live. Security groups are left out: the
 * clone stays in quarantine until it is opened.
 */
export function differences(source: Instance, clone: Instance): Difference[] {
  const settings = compared
    .filter((setting) => source.settings[setting] !== undefined)
    .map((setting) => ({ setting, expected: source.settings[setting], got: clone.settings[setting] }));
  const fixed = unchangeable.map((setting) => ({ setting, expected: source[setting], got: clone[setting] }));
  const group = {
    setting: 'parameterGroup',
    expected: source.parameterGroup.name,
    got: clone.parameterGroup.name,
  };
  return [...settings, ...fixed, group].filter(({ expected, got }) => expected !== got);
}

/** The differences that a change of the instance can level. */
export function changeable(found: readonly Difference[]): Difference[] {
  return found.filter(({ setting }) => !(unchangeable as readonly string[]).includes(setting));
}
