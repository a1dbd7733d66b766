import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Area } from '../areas.ts';
import { areaShapes } from '../areas.ts';
import type { Scope } from './scope.ts';

/** Keys of the control bucket that an area writes; all may read all of it. */
const writes: Record<Area, string[]> = {
  trigger: ['incidents/*'],
  plan: ['locks/*', 'incidents/*', 'runs/*', 'approvals/*'],
  decision: ['approvals/*', 'runs/*'],
  restore: ['runs/*'],
  database: ['runs/*'],
  validate: ['runs/*'],
  sentinel: ['sentinel/*'],
  cutover: ['runs/*'],
  evidence: ['runs/*'],
};

/** What every function does, whatever its area: log, trace, measure, read state, write and sign the trail. */
export function commonStatements(
  area: Area,
  scope: Scope,
  wiring: { logGroupArn: string; signingKeyArn: string },
): PolicyStatement[] {
  const { cluster } = scope.policy;
  return [
    new PolicyStatement({
      sid: 'WriteLogs',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${wiring.logGroupArn}:*`],
    }),
    new PolicyStatement({
      sid: 'Measure',
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': 'SafeRollback' } },
    }),
    new PolicyStatement({
      sid: 'ReadControl',
      actions: ['s3:GetObject'],
      resources: [`${scope.controlBucketArn}/*`],
    }),
    new PolicyStatement({
      sid: 'WriteControl',
      actions: ['s3:PutObject'],
      resources: writes[area].map((key) => `${scope.controlBucketArn}/${key}`),
    }),
    new PolicyStatement({
      sid: 'ReadTrail',
      actions: ['s3:GetObject'],
      resources: [`${scope.evidenceBucketArn}/trail/${cluster}/*`],
    }),
    new PolicyStatement({
      sid: 'WriteTrail',
      actions: ['s3:PutObject'],
      resources: [`${scope.evidenceBucketArn}/trail/${cluster}/*`],
    }),
    // Without it, what does not exist is answered as forbidden.
    new PolicyStatement({
      sid: 'ListBuckets',
      actions: ['s3:ListBucket'],
      resources: [scope.controlBucketArn, scope.evidenceBucketArn],
    }),
    new PolicyStatement({
      sid: 'KnowOwnKey',
      actions: ['kms:GetPublicKey'],
      resources: [wiring.signingKeyArn],
    }),
    new PolicyStatement({
      sid: 'SignOwnDuty',
      actions: ['kms:Sign'],
      resources: [wiring.signingKeyArn],
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' } },
    }),
    ...(areaShapes[area].inVpc ? [networkInterfaces()] : []),
  ];
}

function networkInterfaces(): PolicyStatement {
  return new PolicyStatement({
    sid: 'JoinNetwork',
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
}

export function publishTo(topicArn: string): PolicyStatement {
  return new PolicyStatement({ sid: 'TellPeople', actions: ['sns:Publish'], resources: [topicArn] });
}

/** Secrets by name: Secrets Manager ends each ARN in six characters of its own. */
export function readSecrets(scope: Scope, names: string[]): PolicyStatement {
  return new PolicyStatement({
    sid: 'ReadLogins',
    actions: ['secretsmanager:GetSecretValue'],
    resources: secretArns(scope, names),
  });
}

export function secretArns(scope: Scope, names: string[]): string[] {
  return names.map(
    (name) => `arn:${scope.partition}:secretsmanager:${scope.region}:${scope.account}:secret:${name}-??????`,
  );
}

/** RDS names in its describe calls can't be narrowed by tags. */
export function describeDatabases(): PolicyStatement {
  return new PolicyStatement({
    sid: 'LookAtDatabases',
    actions: ['rds:DescribeDBInstances', 'rds:DescribeDBInstanceAutomatedBackups'],
    resources: ['*'],
  });
}
