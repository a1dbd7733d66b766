import { Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Why a statement has a wildcard among its resources, by the statement's id. */
const reasons: Record<string, string> = {
  WriteLogs: 'Log streams are named at run time.',
  Measure: 'Metrics have no ARN; the namespace narrows it.',
  Trace: 'Traces have no ARN.',
  ReadControl: 'Keys are named by run and shard at run time.',
  WriteControl: 'Keys are named by run and shard at run time, under prefixes of the area’s own.',
  ReadTrail: 'Records are named by run and place at run time.',
  WriteTrail: 'Records are named by run and place at run time, under the cluster’s own prefix.',
  JoinNetwork: 'Lambda makes network interfaces whose ids are not known before; their actions take no tags.',
  ReadLogins: 'Secrets Manager ends each ARN in six characters of its own.',
  RotateApplicationLogins: 'Secrets Manager ends each ARN in six characters of its own.',
  LookAtDatabases: 'Describing must see what is not tagged yet.',
  CloneAsCandidate: 'Clones are named by run; the tags of the request narrow it.',
  TagWhatItMakes: 'Clones are named by run; the tags of the request narrow it.',
  ChangeOwnCluster: 'Instances are named by run; their cluster tag narrows it.',
  ChangeToAnyGroup: 'A clone takes over the groups of its source, which are the owner’s.',
  DeleteCandidates: 'Clones are named by run; their tags narrow it.',
  LookAtNetwork: 'Describing networks cannot be narrowed to resources.',
  UseStorageKey: 'The storage key is the source’s own; the condition narrows it to RDS.',
  LetRdsUseStorageKey: 'The storage key is the source’s own; the condition narrows it to RDS.',
  KeepEnhancedMonitoring: 'The monitoring role is the source’s own; the condition narrows it to RDS.',
  SayWhoIsLive: 'Instances are named by run; their cluster tag narrows it.',
  LookAtQuotas: 'Quotas cannot be narrowed to resources.',
  LookAtKeys: 'Storage keys are the owner’s; describing reveals no key material.',
  LookAtAlarms: 'Describing a composite alarm is allowed on all alarms only.',
  LookAtExecutions: 'Executions are named at run time.',
  LookAtChanges: 'Route 53 names changes at run time.',
  FollowChildren: 'Executions are named at run time.',
  ReadItems: 'Items are named by run.',
  DeliverLogs: 'Log deliveries cannot be narrowed to resources.',
  ReadEvidence: 'An auditor reads every object of the evidence bucket.',
};

/** Acknowledges the wildcards of these statements, each with its reason; a wildcard without one is an error. */
export function acknowledgeWildcards(construct: IConstruct, statements: PolicyStatement[]): void {
  for (const statement of statements) {
    const wildcards = statement.resources
      .map((arn) => written(construct, arn))
      .filter((arn) => arn.includes('*'));
    if (wildcards.length === 0) continue;
    const reason = reasons[statement.sid ?? ''];
    if (!reason)
      throw new Error(`No reason is given for the wildcards of statement ${statement.sid}: ${wildcards}`);
    acknowledge(
      construct,
      Object.fromEntries(wildcards.map((arn) => [`AwsSolutions-IAM5[Resource::${arn}]`, reason])),
    );
  }
}

/** As the rule pack writes an ARN that has references in it: `<LogicalId.Arn>/key`. */
function written(construct: IConstruct, arn: string): string {
  const resolved = Stack.of(construct).resolve(arn);
  if (typeof resolved === 'string') return resolved;
  const parts: unknown[] = resolved['Fn::Join']?.[1] ?? [resolved];
  return parts.map((part) => (typeof part === 'string' ? part : reference(part))).join('');
}

function reference(part: any): string {
  if (part.Ref) return `<${part.Ref}>`;
  if (part['Fn::GetAtt']) return `<${part['Fn::GetAtt'].join('.')}>`;
  return JSON.stringify(part);
}
