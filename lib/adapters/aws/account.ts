import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { DescribeAccountAttributesCommand, type RDSClient } from '@aws-sdk/client-rds';
import { send } from './errors.ts';

interface Quota {
  used: number;
  most: number;
}

/** What the account allows: quotas and keys. */
export function awsAccount({ rds, kms }: { rds: RDSClient; kms: KMSClient }) {
  return {
    /** RDS's own count of instances and of storage in GiB, each beside its quota. */
    async quotas(): Promise<{ instances?: Quota; storage?: Quota }> {
      const { AccountQuotas = [] } = await send(rds, new DescribeAccountAttributesCommand({}));
      const quota = (name: string) => {
        const found = AccountQuotas.find(({ AccountQuotaName }) => AccountQuotaName === name);
        return found && { used: found.Used ?? 0, most: found.Max ?? 0 };
      };
      return { instances: quota('DBInstances'), storage: quota('AllocatedStorage') };
    },

    /** Undefined where the key can be used, else what stands against it. */
    async faultOfKey(keyId: string): Promise<string | undefined> {
      try {
        const { KeyMetadata } = await send(kms, new DescribeKeyCommand({ KeyId: keyId }));
        return KeyMetadata?.KeyState === 'Enabled' ? undefined : `state ${KeyMetadata?.KeyState}`;
      } catch (error) {
        const { name } = error as Error;
        if (['NotFoundException', 'AccessDeniedException', 'InvalidArnException'].includes(name)) return name;
        throw error;
      }
    },
  };
}

export type Account = ReturnType<typeof awsAccount>;
