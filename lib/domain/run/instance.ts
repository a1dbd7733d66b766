/** A database instance, as far as a run looks at it. Sizes in GiB, times in milliseconds UTC. */
export interface Instance {
  id: string;
  arn: string;
  resourceId: string;
  status: string;
  /** Absent until the instance has an endpoint. */
  endpoint?: { host: string; port: number };
  securityGroups: { id: string; status: string }[];
  parameterGroup: { name: string; status: string };
  subnetGroup: string;
  vpc?: string;
  availabilityZone?: string;
  kmsKeyId?: string;
  allocatedStorage: number;
  /** Changes that RDS has taken but not made. */
  pending: boolean;
  latestRestorable?: number;
  tags: Record<string, string>;
  settings: Settings;
}

/** What a clone must have in common with its source beside groups and network. */
export interface Settings {
  instanceClass: string;
  multiAz: boolean;
  storageType?: string;
  iops?: number;
  storageThroughput?: number;
  maxAllocatedStorage?: number;
  iamAuthentication: boolean;
  deletionProtection: boolean;
  copyTagsToSnapshot: boolean;
  backupRetentionDays: number;
  backupWindow?: string;
  maintenanceWindow?: string;
  autoMinorVersionUpgrade: boolean;
  publiclyAccessible: boolean;
  caCertificate?: string;
  monitoringInterval: number;
  monitoringRoleArn?: string;
  performanceInsights: boolean;
  performanceInsightsKmsKeyId?: string;
  performanceInsightsRetentionDays?: number;
}

/** States from which an instance does not become available by waiting. */
const terminal =
  /^(failed|storage-full|restore-error|deleting|stopped|inaccessible-encryption-credentials.*|incompatible-.*|insufficient-capacity)$/;

export function isTerminal(status: string): boolean {
  return terminal.test(status);
}

/** The security groups that guard it now, and whether every change of them is done. */
export function guardedBy(instance: Instance): { groups: string[]; settled: boolean } {
  const staying = instance.securityGroups.filter(
    ({ status }) => status !== 'removing' && status !== 'removed',
  );
  return {
    groups: staying.map(({ id }) => id).sort(),
    settled: instance.securityGroups.every(({ status }) => status === 'active'),
  };
}

export function sameGroups(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join() === [...other].sort().join();
}
