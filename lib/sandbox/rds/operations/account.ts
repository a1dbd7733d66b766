import type { FleetOperation } from './operation.ts';

/** The quotas that the sandbox holds its account to, under the names RDS gives them. */
const describe: FleetOperation = async (fleet) => {
  const instances = [...fleet.instances.values()];
  const storage = instances.reduce((sum, { settings }) => sum + (settings.AllocatedStorage ?? 0), 0);
  return {
    AccountQuotas: [
      { AccountQuotaName: 'DBInstances', Used: instances.length, Max: fleet.options.instanceQuota },
      { AccountQuotaName: 'AllocatedStorage', Used: storage, Max: fleet.options.storageQuotaGib },
    ],
  };
};

export const accountOperations: Record<string, FleetOperation> = { DescribeAccountAttributes: describe };
