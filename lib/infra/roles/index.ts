import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Area } from '../areas.ts';
import { publishTo, readSecrets, secretArns } from './common.ts';
import { cutoverStatements } from './cutover.ts';
import { planStatements } from './plan.ts';
import { restoreStatements } from './restore.ts';
import type { Scope } from './scope.ts';
import { triggerStatements } from './trigger.ts';

/** What an area may do beyond what every function may. */
export const areaStatements: Record<Area, (scope: Scope) => PolicyStatement[]> = {
  trigger: triggerStatements,
  plan: planStatements,
  decision: (scope) => [publishTo(scope.topicArn)],
  restore: restoreStatements,
  database: (scope) => {
    const { fencer, reader, applications } = scope.policy.logins;
    return [
      readSecrets(scope, [fencer, reader, ...applications]),
      new PolicyStatement({
        sid: 'RotateApplicationLogins',
        actions: ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
        resources: secretArns(scope, applications),
      }),
    ];
  },
  validate: (scope) => [readSecrets(scope, [scope.policy.logins.reader])],
  sentinel: (scope) => [readSecrets(scope, [scope.policy.logins.reader])],
  cutover: cutoverStatements,
  evidence: () => [],
};
