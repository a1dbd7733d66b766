import { createHash } from 'node:crypto';
import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';

/** STS: who am I, and becoming a role. Trust policies are not evaluated: anyone may assume any role of the account. */
export class StsService implements Service {
  readonly name = 'sts';
  readonly operations: Record<string, Operation>;

  constructor(context: SandboxContext) {
    this.operations = {
      async GetCallerIdentity(_input, { principal }) {
        const isRoot = principal.arn.endsWith(':root');
        return {
          Account: context.account,
          Arn: principal.arn,
          UserId: isRoot ? context.account : userId(principal),
        };
      },

      async AssumeRole({ RoleArn, RoleSessionName, DurationSeconds = 3600 }) {
        const [, account, role] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(RoleArn) ?? [];
        if (!account || !role) {
          throw new ServiceError('ValidationError', `${RoleArn} is invalid`);
        }
        if (account !== context.account) {
          throw new ServiceError('AccessDenied', `The sandbox has only the account ${context.account}`, {
            status: 403,
          });
        }
        const principal = {
          arn: `arn:aws:sts::${account}:assumed-role/${role}/${RoleSessionName}`,
          roleArn: RoleArn,
        };
        const { accessKeyId, secretAccessKey, sessionToken } = context.credentials(principal);
        return {
          Credentials: {
            AccessKeyId: accessKeyId,
            SecretAccessKey: secretAccessKey,
            SessionToken: sessionToken,
            Expiration: new Date(context.clock.now().getTime() + DurationSeconds * 1000),
          },
          AssumedRoleUser: { Arn: principal.arn, AssumedRoleId: userId(principal) },
        };
      },
    };
  }
}

/** AWS's unique ids stay the same for the same role: `AROA…:<session>`. */
function userId({ arn, roleArn }: { arn: string; roleArn?: string }): string {
  const unique = createHash('sha256')
    .update(roleArn ?? arn)
    .digest('hex')
    .slice(0, 17)
    .toUpperCase();
  return roleArn ? `AROA${unique}:${arn.slice(arn.lastIndexOf('/') + 1)}` : `AIDA${unique}`;
}
