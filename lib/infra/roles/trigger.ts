import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { publishTo } from './common.ts';
import { executionsOf, type Scope } from './scope.ts';

/** Reads the alarms, looks for a run, starts one. */
export function triggerStatements(scope: Scope): PolicyStatement[] {
  const machines = [scope.rollbackMachineArn, scope.recoverMachineArn];
  return [
    publishTo(scope.topicArn),
    new PolicyStatement({
      sid: 'LookAtAlarms',
      actions: ['cloudwatch:DescribeAlarms'],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'StartOneRun',
      actions: ['states:StartExecution'],
      resources: machines,
    }),
    new PolicyStatement({
      sid: 'LookAtExecutions',
      actions: ['states:DescribeExecution'],
      resources: machines.map(executionsOf),
    }),
  ];
}
