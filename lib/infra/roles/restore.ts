import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { describeDatabases } from './common.ts';
import { arnOf, type Scope } from './scope.ts';

/**
 * May create only what the same call tags as a candidate of this cluster, change only the cluster's
 * instances, and delete only candidates.
 */
export function restoreStatements(scope: Scope): PolicyStatement[] {
  const { cluster } = scope.policy;
  const databases = arnOf(scope, 'rds', 'db:*');
  const candidate = { 'safe-rollback:role': 'candidate', 'safe-rollback:cluster': cluster };
  const requested = prefixed('aws:RequestTag/', candidate);
  return [
    describeDatabases(),
    new PolicyStatement({
      sid: 'CloneAsCandidate',
      actions: ['rds:RestoreDBInstanceToPointInTime'],
      resources: [
        databases,
        arnOf(scope, 'rds', 'auto-backup:*'),
        arnOf(scope, 'rds', 'subgrp:*'),
        arnOf(scope, 'rds', 'og:*'),
        arnOf(scope, 'rds', `pg:${scope.quarantineParameterGroup}`),
      ],
      conditions: { StringEquals: requested, Null: { 'aws:RequestTag/safe-rollback:run': 'false' } },
    }),
    new PolicyStatement({
      sid: 'TagWhatItMakes',
      actions: ['rds:AddTagsToResource'],
      resources: [arnOf(scope, 'rds', `db:${cluster}-*`)],
      conditions: { StringEquals: requested },
    }),
    new PolicyStatement({
      sid: 'ChangeOwnCluster',
      actions: ['rds:ModifyDBInstance', 'rds:RebootDBInstance'],
      resources: [databases],
      conditions: { StringEquals: { 'aws:ResourceTag/safe-rollback:cluster': cluster } },
    }),
    new PolicyStatement({
      sid: 'ChangeToAnyGroup',
      actions: ['rds:ModifyDBInstance'],
      resources: ['pg', 'og', 'subgrp', 'secgrp'].map((kind) => arnOf(scope, 'rds', `${kind}:*`)),
    }),
    new PolicyStatement({
      sid: 'DeleteCandidates',
      actions: ['rds:DeleteDBInstance'],
      resources: [databases],
      conditions: { StringEquals: prefixed('aws:ResourceTag/', candidate) },
    }),
    new PolicyStatement({
      sid: 'LookAtNetwork',
      actions: [
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
        'ec2:DescribeAvailabilityZones',
      ],
      resources: ['*'],
    }),
    ...encryptedStorage(scope),
    new PolicyStatement({
      sid: 'KeepEnhancedMonitoring',
      actions: ['iam:PassRole'],
      resources: [`arn:${scope.partition}:iam::${scope.account}:role/*`],
      conditions: { StringEquals: { 'iam:PassedToService': 'monitoring.rds.amazonaws.com' } },
    }),
  ];
}

/** RDS uses the source's storage key in the caller's name. */
function encryptedStorage(scope: Scope): PolicyStatement[] {
  const keys = arnOf(scope, 'kms', 'key/*');
  const viaRds = { 'kms:ViaService': `rds.${scope.region}.amazonaws.com` };
  return [
    new PolicyStatement({
      sid: 'UseStorageKey',
      actions: ['kms:DescribeKey'],
      resources: [keys],
      conditions: { StringEquals: viaRds },
    }),
    new PolicyStatement({
      sid: 'LetRdsUseStorageKey',
      actions: ['kms:CreateGrant'],
      resources: [keys],
      conditions: { StringEquals: viaRds, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  ];
}

function prefixed(prefix: string, tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}${key}`, value]));
}
