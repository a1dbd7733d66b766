import { type AccountView, arnOf, type Need, type NeedsOf } from './need.ts';
import { requestTags, resourceTags } from './tags.ts';

/** Kind of resource and the request's member that names it, of operations about just one. */
const targets: Record<string, [kind: string, member: string]> = {
  CreateDBInstance: ['db', 'DBInstanceIdentifier'],
  DeleteDBInstance: ['db', 'DBInstanceIdentifier'],
  DescribeDBInstances: ['db', 'DBInstanceIdentifier'],
  DescribeDBInstanceAutomatedBackups: ['auto-backup', 'DBInstanceAutomatedBackupsArn'],
  RebootDBInstance: ['db', 'DBInstanceIdentifier'],
  StartDBInstance: ['db', 'DBInstanceIdentifier'],
  StopDBInstance: ['db', 'DBInstanceIdentifier'],
  CreateDBParameterGroup: ['pg', 'DBParameterGroupName'],
  DeleteDBParameterGroup: ['pg', 'DBParameterGroupName'],
  DescribeDBParameterGroups: ['pg', 'DBParameterGroupName'],
  DescribeDBParameters: ['pg', 'DBParameterGroupName'],
  ModifyDBParameterGroup: ['pg', 'DBParameterGroupName'],
  ResetDBParameterGroup: ['pg', 'DBParameterGroupName'],
  CreateDBSubnetGroup: ['subgrp', 'DBSubnetGroupName'],
  DeleteDBSubnetGroup: ['subgrp', 'DBSubnetGroupName'],
  DescribeDBSubnetGroups: ['subgrp', 'DBSubnetGroupName'],
};

/** RDS: everything that a request names must be allowed, and what RDS does in the caller's name. */
export const rdsNeeds: NeedsOf = async (operation, input, view) => {
  const action = `rds:${operation}`;
  switch (operation) {
    case 'RestoreDBInstanceToPointInTime':
      return restoring(action, input, view);
    case 'ModifyDBInstance':
      return modifying(action, input, view);
    case 'AddTagsToResource':
    case 'RemoveTagsFromResource':
    case 'ListTagsForResource':
      return [await tagging(action, input, view)];
  }
  const target = targets[operation];
  if (target === undefined) return [{ action, resource: '*' }];
  const [kind, member] = target;
  const name: string = input[member] ?? '*';
  if (name.startsWith('arn:')) return [{ action, resource: name }];
  const resource = arnOf(view, 'rds', `${kind}:${name.toLowerCase()}`);
  const keys = requestTags(input.Tags);
  if (kind !== 'db' || name === '*') return [{ action, resource, keys }];
  const database = await databaseOf(view, name);
  return [{ action, resource, keys: { ...keys, ...resourceTags(database?.TagList) } }];
};

/** The clone, its source, and the groups it is born with; an unnamed one is the one that RDS takes. */
async function restoring(action: string, input: any, view: AccountView): Promise<Need[]> {
  const keys = requestTags(input.Tags);
  const { SourceDBInstanceIdentifier: sourceName, TargetDBInstanceIdentifier: target } = input;
  const source = sourceName && (await databaseOf(view, sourceName));
  const sourceTags = resourceTags(source?.TagList);
  const optionGroup =
    input.OptionGroupName ??
    source?.OptionGroupMemberships?.[0]?.OptionGroupName ??
    `default:postgres-${source?.EngineVersion?.split('.')[0]}`;
  const need = (resource: string): Need => ({ action, resource, keys });
  const named = (kind: string, name: string) => need(arnOf(view, 'rds', `${kind}:${name.toLowerCase()}`));
  return [
    named('db', target),
    sourceName
      ? { ...named('db', sourceName), keys: { ...keys, ...sourceTags } }
      : need(input.SourceDBInstanceAutomatedBackupsArn ?? arnOf(view, 'rds', 'auto-backup:*')),
    named('subgrp', input.DBSubnetGroupName ?? 'default'),
    named('og', optionGroup),
    ...(input.DBParameterGroupName ? [named('pg', input.DBParameterGroupName)] : []),
    ...(input.Tags?.length ? [{ ...named('db', target), action: 'rds:AddTagsToResource' }] : []),
    ...passedRoles(input),
    ...(await storageKey(source?.KmsKeyId, view)),
  ];
}

async function modifying(action: string, input: any, view: AccountView): Promise<Need[]> {
  const database = await databaseOf(view, input.DBInstanceIdentifier);
  const groups: [string, string[]][] = [
    ['pg', [input.DBParameterGroupName]],
    ['og', [input.OptionGroupName]],
    ['subgrp', [input.DBSubnetGroupName]],
    ['secgrp', input.DBSecurityGroups ?? []],
  ];
  return [
    {
      action,
      resource: arnOf(view, 'rds', `db:${String(input.DBInstanceIdentifier).toLowerCase()}`),
      keys: resourceTags(database?.TagList),
    },
    ...groups.flatMap(([kind, names]) =>
      names
        .filter((name) => name !== undefined)
        .map((name) => ({ action, resource: arnOf(view, 'rds', `${kind}:${name.toLowerCase()}`) })),
    ),
    ...passedRoles(input),
  ];
}

async function tagging(action: string, input: any, view: AccountView): Promise<Need> {
  const resource: string = input.ResourceName;
  const found = await view.look('rds', 'ListTagsForResource', { ResourceName: resource });
  const keys = { ...requestTags(input.Tags, input.TagKeys), ...resourceTags(found?.TagList) };
  return { action, resource, keys };
}

/** Enhanced Monitoring runs under a role that the caller hands to RDS. */
function passedRoles({ MonitoringRoleArn: role }: any): Need[] {
  if (!role) return [];
  const keys = { 'iam:PassedToService': 'monitoring.rds.amazonaws.com' };
  return [{ action: 'iam:PassRole', resource: role, keys }];
}

/** RDS uses a customer's storage key in the caller's name; AWS's own key lets RDS do so by itself. */
async function storageKey(key: string | undefined, view: AccountView): Promise<Need[]> {
  const found = key && (await view.look('kms', 'DescribeKey', { KeyId: key }));
  if (found?.KeyMetadata.KeyManager !== 'CUSTOMER') return [];
  const keys = {
    'kms:ViaService': `rds.${view.region}.amazonaws.com`,
    'kms:GrantIsForAWSResource': 'true',
  };
  const resource = found.KeyMetadata.Arn;
  return ['kms:DescribeKey', 'kms:CreateGrant'].map((action) => ({ action, resource, keys }));
}

async function databaseOf(view: AccountView, identifier: string): Promise<any> {
  const found = await view.look('rds', 'DescribeDBInstances', { DBInstanceIdentifier: identifier });
  return found?.DBInstances?.[0];
}
