import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';

/** A quota with its default and, where the account has another one, its applied value. */
export interface Quota {
  service: string;
  code: string;
  name: string;
  defaultValue: number;
  value?: number;
}

/** RDS's own defaults, as of 2026. */
const defaultQuotas: Quota[] = [
  { service: 'rds', code: 'L-7B6409FD', name: 'DB instances', defaultValue: 40 },
];

/** Service Quotas: the quotas that it is constructed with. */
export class ServiceQuotasService implements Service {
  readonly name = 'servicequotas';
  readonly operations: Record<string, Operation>;

  constructor(context: SandboxContext, quotas: Quota[] = defaultQuotas) {
    const describe = (quota: Quota, Value: number) => ({
      ServiceCode: quota.service,
      ServiceName: quota.service,
      QuotaArn: `arn:aws:servicequotas:${context.region}:${context.account}:${quota.service}/${quota.code}`,
      QuotaCode: quota.code,
      QuotaName: quota.name,
      Value,
      Unit: 'None',
      Adjustable: true,
      GlobalQuota: false,
    });
    const find = ({ ServiceCode, QuotaCode }: any): Quota => {
      const quota = quotas.find(({ service, code }) => service === ServiceCode && code === QuotaCode);
      if (quota) return quota;
      throw new ServiceError(
        'NoSuchResourceException',
        `The sandbox has no quota ${QuotaCode} of ${ServiceCode}.`,
        { status: 404 },
      );
    };
    this.operations = {
      async GetServiceQuota(input) {
        const quota = find(input);
        return { Quota: describe(quota, quota.value ?? quota.defaultValue) };
      },

      async GetAWSDefaultServiceQuota(input) {
        const quota = find(input);
        return { Quota: describe(quota, quota.defaultValue) };
      },

      async ListServiceQuotas({ ServiceCode }) {
        const Quotas = quotas
          .filter(({ service }) => service === ServiceCode)
          .map((quota) => describe(quota, quota.value ?? quota.defaultValue));
        return { Quotas };
      },
    };
  }
}
