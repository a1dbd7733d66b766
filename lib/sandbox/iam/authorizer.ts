import { type Principal, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import { decide } from '../resource-policy/decide.ts';
import type { PolicyDocument } from '../resource-policy/document.ts';
import { needsByService } from './needs/index.ts';
import type { AccountView, Need } from './needs/need.ts';
import { refusal } from './refusal.ts';

/** A request as it is judged. */
export interface JudgedRequest {
  service: string;
  operation: string;
  input: any;
  principal: Principal;
}

/**
 * Judges requests by the caller's own policies: an explicit deny wins, what no statement allows is refused. The
 * account's owner may do everything, and so may a role that no stack made, whose policies are not known here.
 * What a resource's policy grants does not replace a statement of the role's own.
 */
export class Authorizer {
  readonly #policyOf: (roleArn: string) => PolicyDocument | undefined;
  readonly #view: AccountView;
  readonly #log: (line: string) => void;

  constructor(
    policyOf: (roleArn: string) => PolicyDocument | undefined,
    view: AccountView,
    log: (line: string) => void,
  ) {
    this.#policyOf = policyOf;
    this.#view = view;
    this.#log = log;
  }

  /** Throws the service's own refusal. */
  async check({ service, operation, input, principal }: JudgedRequest): Promise<void> {
    const policy = principal.roleArn && this.#policyOf(principal.roleArn);
    if (!policy || `${service}:${operation}` === 'sts:GetCallerIdentity') return;
    const needsOf = needsByService[service];
    if (needsOf === undefined) throw new Error(`No table says what requests of ${service} need`);
    for (const need of await needsOf(operation, input, this.#view)) {
      const decision = this.#decide(policy, need, principal);
      if (decision === 'allow') continue;
      const { action, resource } = need;
      const explicitly = decision === 'deny';
      const error = refusal(service, { caller: principal.arn, action, resource, explicitly });
      this.#log(`refused: ${error.message}`);
      throw error;
    }
  }

  /**
   * What the caller is told instead of an error: S3 does not say that an object does not exist to who may not
   * list the bucket.
   */
  conceal({ service, input, principal }: JudgedRequest, error: ServiceError): ServiceError {
    if (service !== 's3' || !['NoSuchKey', 'NotFound'].includes(error.code) || input.Key === undefined) {
      return error;
    }
    const policy = principal.roleArn && this.#policyOf(principal.roleArn);
    const need = { action: 's3:ListBucket', resource: `arn:aws:s3:::${input.Bucket}` };
    if (!policy || this.#decide(policy, need, principal) === 'allow') return error;
    return refusal('s3', { caller: principal.arn, ...need, explicitly: false });
  }

  #decide(policy: PolicyDocument, { action, resource, keys }: Need, principal: Principal) {
    const { account, region } = this.#view;
    const all = { 'aws:RequestedRegion': region, ...keys };
    return decide(policy, { action, resource, principal, account, keys: all });
  }
}

/** What the services know, asked past the fault hook: a judgement is not a request of anybody. */
export function accountView(
  { account, region, clock }: Pick<SandboxContext, 'account' | 'region' | 'clock'>,
  services: Service[],
): AccountView {
  const principal = { arn: `arn:aws:iam::${account}:root` };
  return {
    account,
    region,
    now: () => clock.now(),
    async look(name, operation, input) {
      const service = services.find((each) => each.name === name);
      try {
        return await service?.operations[operation]?.(input, { principal, requestId: 'judgement' });
      } catch (error) {
        if (error instanceof ServiceError) return undefined;
        throw error;
      }
    },
  };
}
