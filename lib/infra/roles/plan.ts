import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { describeDatabases, publishTo } from './common.ts';
import { arnOf, executionsOf, type Scope } from './scope.ts';

/** Looks at everything a precondition is about, and changes one thing: who is live and who is retired. */
export function planStatements(scope: Scope): PolicyStatement[] {
  const { cluster, zone } = scope.policy;
  return [
    describeDatabases(),
    publishTo(scope.topicArn),
    new PolicyStatement({
      sid: 'SayWhoIsLive',
      actions: ['rds:AddTagsToResource'],
      resources: [arnOf(scope, 'rds', 'db:*')],
      conditions: {
        StringEquals: {
          'aws:ResourceTag/safe-rollback:cluster': cluster,
          'aws:RequestTag/safe-rollback:role': ['live', 'retired'],
        },
      },
    }),
    new PolicyStatement({
      sid: 'LookAtNames',
      actions: ['route53:ListResourceRecordSets'],
      resources: [`arn:${scope.partition}:route53:::hostedzone/${zone.id}`],
    }),
    new PolicyStatement({
      sid: 'LookAtQuotas',
      actions: ['rds:DescribeAccountAttributes'],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'LookAtKeys',
      actions: ['kms:DescribeKey'],
      resources: [arnOf(scope, 'kms', 'key/*')],
    }),
    new PolicyStatement({
      sid: 'LookAtAlarms',
      actions: ['cloudwatch:DescribeAlarms'],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'LookAtExecutions',
      actions: ['states:DescribeExecution'],
      resources: [scope.rollbackMachineArn, scope.recoverMachineArn].map(executionsOf),
    }),
  ];
}
