import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Scope } from './scope.ts';

/** The only role that changes names: those of the policy, in its zone, and CNAMEs only. */
export function cutoverStatements(scope: Scope): PolicyStatement[] {
  const { zone, shards } = scope.policy;
  const zoneArn = `arn:${scope.partition}:route53:::hostedzone/${zone.id}`;
  return [
    new PolicyStatement({
      sid: 'MoveNames',
      actions: ['route53:ChangeResourceRecordSets'],
      resources: [zoneArn],
      conditions: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': shards.map(({ record }) =>
            normalized(record),
          ),
          'route53:ChangeResourceRecordSetsRecordTypes': ['CNAME'],
          'route53:ChangeResourceRecordSetsActions': ['CREATE', 'DELETE', 'UPSERT'],
        },
      },
    }),
    new PolicyStatement({
      sid: 'LookAtNames',
      actions: ['route53:ListResourceRecordSets'],
      resources: [zoneArn],
    }),
    new PolicyStatement({
      sid: 'LookAtChanges',
      actions: ['route53:GetChange'],
      resources: [`arn:${scope.partition}:route53:::change/*`],
    }),
  ];
}

/** As Route 53 compares names: lower case, without the final dot. */
function normalized(record: string): string {
  return record.toLowerCase().replace(/\.$/, '');
}
