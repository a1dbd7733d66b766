import type { Policy } from '../policy.ts';

/** What the statements of the areas' roles are narrowed to. */
export interface Scope {
  policy: Policy;
  partition: string;
  account: string;
  region: string;
  controlBucketArn: string;
  evidenceBucketArn: string;
  topicArn: string;
  rollbackMachineArn: string;
  recoverMachineArn: string;
  quarantineParameterGroup: string;
}

/** The ARN of something in the stack's own account and region. */
export function arnOf(scope: Scope, service: string, resource: string): string {
  return `arn:${scope.partition}:${service}:${scope.region}:${scope.account}:${resource}`;
}

/** Executions of a machine, given its ARN. */
export function executionsOf(machineArn: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:*`;
}
