import { describe, expect, test } from '@jest/globals';
import { ServiceError } from '../../../../lib/sandbox/contract.ts';
import { Authorizer } from '../../../../lib/sandbox/iam/authorizer.ts';
import { readIdentityPolicy } from '../../../../lib/sandbox/iam/identity-policy.ts';

const account = '111122223333';
const region = 'eu-central-1';
const roleArn = `arn:aws:iam::${account}:role/worker`;
const worker = { arn: `arn:aws:sts::${account}:assumed-role/worker/session`, roleArn };
const rds = (resource: string) => `arn:aws:rds:${region}:${account}:${resource}`;
const keyArn = `arn:aws:kms:${region}:${account}:key/1`;

/** What the account has: one candidate and one live instance, a secret, a key. */
const tagsOf: Record<string, string> = { clone: 'candidate', live: 'live' };
const known: Record<string, (input: any) => any> = {
  DescribeDBInstances: ({ DBInstanceIdentifier: name }) =>
    tagsOf[name] && {
      DBInstances: [
        { EngineVersion: '18.4', KmsKeyId: keyArn, TagList: [{ Key: 'role', Value: tagsOf[name] }] },
      ],
    },
  ListTagsForResource: ({ ResourceName }) => ({
    TagList: [{ Key: 'role', Value: tagsOf[ResourceName.split(':').at(-1)] }],
  }),
  DescribeKey: () => ({ KeyMetadata: { Arn: keyArn, KeyManager: 'CUSTOMER' } }),
  DescribeSecret: ({ SecretId }) =>
    SecretId === 'login' && { ARN: `arn:aws:secretsmanager:${region}:${account}:secret:login-a1B2c3` },
};
const view = {
  account,
  region,
  now: () => new Date('2026-01-01T00:00:00Z'),
  look: async (_service: string, operation: string, input: object) => known[operation]?.(input) || undefined,
};

function authorizer(statements: object[]) {
  const policy = readIdentityPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return new Authorizer(
    (arn) => (arn === roleArn ? policy : undefined),
    view,
    () => {},
  );
}

async function verdict(statements: object[], [service, operation, input]: Request): Promise<string> {
  const refused = await authorizer(statements)
    .check({ service, operation, input, principal: worker })
    .then(() => undefined)
    .catch((error: ServiceError) => error);
  if (refused === undefined) return 'allowed';
  return /perform: (\S+) on/.exec(refused.message)?.[1] ?? refused.message;
}

type Request = [service: string, operation: string, input: object];
type Row = [rule: string, statements: object[], request: Request, expected: string];

const allow = (Action: string | string[], Resource: string | string[] = '*', Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const candidates = { StringEquals: { 'aws:ResourceTag/role': 'candidate' } };
const asCandidate = { StringEquals: { 'aws:RequestTag/role': 'candidate' } };
const drop = (DBInstanceIdentifier: string): Request => ['rds', 'DeleteDBInstance', { DBInstanceIdentifier }];
const tags = [{ Key: 'role', Value: 'candidate' }];
const restore = (more: object = {}): Request => [
  'rds',
  'RestoreDBInstanceToPointInTime',
  {
    SourceDBInstanceIdentifier: 'live',
    TargetDBInstanceIdentifier: 'new',
    DBSubnetGroupName: 'subnets',
    DBParameterGroupName: 'quarantine',
    Tags: tags,
    ...more,
  },
];
const restoring = (resources: string[]) => [
  allow('rds:RestoreDBInstanceToPointInTime', resources.map(rds), asCandidate),
  allow('rds:AddTagsToResource', rds('db:*'), asCandidate),
  allow(['kms:DescribeKey', 'kms:CreateGrant'], keyArn, {
    StringEquals: { 'kms:ViaService': `rds.${region}.amazonaws.com` },
    Bool: { 'kms:GrantIsForAWSResource': 'true' },
  }),
];
const change = (Name: string, Type = 'CNAME', Action = 'UPSERT'): Request => [
  'route53',
  'ChangeResourceRecordSets',
  {
    HostedZoneId: '/hostedzone/Z1',
    ChangeBatch: { Changes: [{ Action, ResourceRecordSet: { Name, Type } }] },
  },
];
const names = allow('route53:ChangeResourceRecordSets', 'arn:aws:route53:::hostedzone/Z1', {
  'ForAllValues:StringEquals': {
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['a.example', 'b.example'],
    'route53:ChangeResourceRecordSetsRecordTypes': ['CNAME'],
    'route53:ChangeResourceRecordSetsActions': ['UPSERT'],
  },
});
const object = { Bucket: 'b', Key: 'runs/1' };
const objects = 'arn:aws:s3:::b/runs/*';

test.each<Row>([
  ['nothing is allowed unsaid', [], ['rds', 'DescribeDBInstances', {}], 'rds:DescribeDBInstances'],
  [
    'an explicit deny wins',
    [allow('s3:*'), { ...allow('s3:Get*'), Effect: 'Deny' }],
    ['s3', 'GetObject', object],
    's3:GetObject',
  ],
  ['who one is, one may always ask', [], ['sts', 'GetCallerIdentity', {}], 'allowed'],

  [
    'deletes what has the tag',
    [allow('rds:DeleteDBInstance', rds('db:*'), candidates)],
    drop('clone'),
    'allowed',
  ],
  [
    'deletes nothing else',
    [allow('rds:DeleteDBInstance', rds('db:*'), candidates)],
    drop('live'),
    'rds:DeleteDBInstance',
  ],
  [
    'nor what is not there',
    [allow('rds:DeleteDBInstance', rds('db:*'), candidates)],
    drop('none'),
    'rds:DeleteDBInstance',
  ],
  [
    'restores with all that it names',
    restoring(['db:*', 'subgrp:*', 'og:*', 'pg:quarantine']),
    restore(),
    'allowed',
  ],
  [
    'restores without a group',
    restoring(['db:*', 'og:*', 'pg:quarantine']),
    restore(),
    'rds:RestoreDBInstanceToPointInTime',
  ],
  [
    'restores to another parameter group',
    restoring(['db:*', 'subgrp:*', 'og:*', 'pg:quarantine']),
    restore({ DBParameterGroupName: 'other' }),
    'rds:RestoreDBInstanceToPointInTime',
  ],
  [
    'restores untagged',
    restoring(['db:*', 'subgrp:*', 'og:*', 'pg:quarantine']),
    restore({ Tags: [] }),
    'rds:RestoreDBInstanceToPointInTime',
  ],
  [
    'restores without the tags’ action',
    restoring(['db:*', 'subgrp:*', 'og:*', 'pg:*']).filter((_, at) => at !== 1),
    restore(),
    'rds:AddTagsToResource',
  ],
  [
    'restores without the storage key',
    restoring(['db:*', 'subgrp:*', 'og:*', 'pg:*']).slice(0, 2),
    restore(),
    'kms:DescribeKey',
  ],
  [
    'tags what has a tag',
    [allow('rds:AddTagsToResource', rds('db:*'), candidates)],
    ['rds', 'AddTagsToResource', { ResourceName: rds('db:clone'), Tags: tags }],
    'allowed',
  ],
  [
    'takes no tag away that it does not name',
    [allow('rds:RemoveTagsFromResource', '*', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } })],
    ['rds', 'RemoveTagsFromResource', { ResourceName: rds('db:clone'), TagKeys: ['a', 'role'] }],
    'rds:RemoveTagsFromResource',
  ],
  [
    'modifies to a group it may not use',
    [allow('rds:ModifyDBInstance', rds('db:*'))],
    ['rds', 'ModifyDBInstance', { DBInstanceIdentifier: 'clone', DBParameterGroupName: 'p' }],
    'rds:ModifyDBInstance',
  ],
  [
    'hands no role to RDS',
    [allow('rds:ModifyDBInstance')],
    ['rds', 'ModifyDBInstance', { DBInstanceIdentifier: 'clone', MonitoringRoleArn: roleArn }],
    'iam:PassRole',
  ],

  ['moves a name of the policy', [names], change('A.example.'), 'allowed'],
  ['moves no other name', [names], change('c.example.'), 'route53:ChangeResourceRecordSets'],
  ['changes no other type', [names], change('a.example', 'A'), 'route53:ChangeResourceRecordSets'],
  ['acts no other way', [names], change('a.example', 'CNAME', 'DELETE'), 'route53:ChangeResourceRecordSets'],
  [
    'asks for a change',
    [allow('route53:GetChange', 'arn:aws:route53:::change/*')],
    ['route53', 'GetChange', { Id: '/change/C1' }],
    'allowed',
  ],

  ['a HEAD is a read', [allow('s3:GetObject', objects)], ['s3', 'HeadObject', object], 'allowed'],
  [
    'a version is another action',
    [allow('s3:GetObject', objects)],
    ['s3', 'GetObject', { ...object, VersionId: 'v' }],
    's3:GetObjectVersion',
  ],
  [
    'a list is about the bucket',
    [allow('s3:ListBucket', 'arn:aws:s3:::b')],
    ['s3', 'ListObjectsV2', { Bucket: 'b' }],
    'allowed',
  ],
  [
    'versions are listed by another action',
    [allow('s3:ListBucket', 'arn:aws:s3:::b')],
    ['s3', 'ListObjectVersions', { Bucket: 'b' }],
    's3:ListBucketVersions',
  ],
  [
    'a list of deletions deletes each',
    [allow('s3:DeleteObject', objects)],
    ['s3', 'DeleteObjects', { Bucket: 'b', Delete: { Objects: [{ Key: 'runs/1' }, { Key: 'locks/1' }] } }],
    's3:DeleteObject',
  ],
  [
    'a copy reads its source',
    [allow('s3:PutObject', objects)],
    ['s3', 'CopyObject', { ...object, CopySource: 'other/key' }],
    's3:GetObject',
  ],
  [
    'own retention is another action',
    [allow('s3:PutObject', objects)],
    ['s3', 'PutObject', { ...object, ObjectLockMode: 'GOVERNANCE' }],
    's3:PutObjectRetention',
  ],
  [
    'a bound of retention',
    [
      allow('s3:PutObjectRetention', objects, {
        NumericGreaterThan: { 's3:object-lock-remaining-retention-days': '30' },
      }),
    ],
    [
      's3',
      'PutObjectRetention',
      { ...object, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: new Date('2026-01-11T00:00:00Z') } },
    ],
    's3:PutObjectRetention',
  ],

  [
    'signs by the algorithm',
    [
      allow('kms:Sign', keyArn, {
        StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' },
      }),
    ],
    ['kms', 'Sign', { KeyId: 'alias/act', SigningAlgorithm: 'ED25519_SHA_512' }],
    'allowed',
  ],
  [
    'signs with no other key',
    [allow('kms:Sign', `${keyArn}0`)],
    ['kms', 'Sign', { KeyId: '1', SigningAlgorithm: 'ED25519_SHA_512' }],
    'kms:Sign',
  ],
  [
    'a secret ends in six characters',
    [allow('secretsmanager:GetSecretValue', `arn:aws:secretsmanager:*:*:secret:login-??????`)],
    ['secretsmanager', 'GetSecretValue', { SecretId: 'login' }],
    'allowed',
  ],
  [
    'a secret that is not there',
    [allow('secretsmanager:GetSecretValue', `arn:aws:secretsmanager:*:*:secret:no-??????`)],
    ['secretsmanager', 'GetSecretValue', { SecretId: 'no' }],
    'secretsmanager:GetSecretValue',
  ],
  [
    'an invocation by name',
    [allow('lambda:InvokeFunction', `arn:aws:lambda:${region}:${account}:function:f`)],
    ['lambda', 'Invoke', { FunctionName: 'f' }],
    'allowed',
  ],
  [
    'a queue by its URL',
    [allow('sqs:SendMessage', `arn:aws:sqs:${region}:${account}:q`)],
    ['sqs', 'SendMessage', { QueueUrl: `http://x/${account}/q` }],
    'allowed',
  ],
  [
    'a log group’s streams',
    [allow('logs:PutLogEvents', `arn:aws:logs:${region}:${account}:log-group:/g:*`)],
    ['logs', 'PutLogEvents', { logGroupName: '/g', logStreamName: 's' }],
    'allowed',
  ],
  [
    'metrics of a namespace',
    [allow('cloudwatch:PutMetricData', '*', { StringEquals: { 'cloudwatch:namespace': 'N' } })],
    ['monitoring', 'PutMetricData', { Namespace: 'M' }],
    'cloudwatch:PutMetricData',
  ],
  [
    'an operation without a row is about everything',
    [allow('states:SendTaskSuccess', 'arn:aws:states:*')],
    ['states', 'SendTaskSuccess', {}],
    'states:SendTaskSuccess',
  ],
])('%s', async (_rule, statements, request, expected) => {
  expect(await verdict(statements, request)).toBe(expected);
});

describe('who is judged', () => {
  const request = { service: 's3', operation: 'GetObject', input: object };

  test.each([
    ['the owner', { arn: `arn:aws:iam::${account}:root` }],
    [
      'a role that no stack made',
      { arn: 'arn:aws:sts::1:assumed-role/other/s', roleArn: `${roleArn}-other` },
    ],
  ])('not %s', async (_who, principal) => {
    await expect(authorizer([]).check({ ...request, principal })).resolves.toBeUndefined();
  });
});

describe('a refusal', () => {
  test.each<[Request, string, number, RegExp]>([
    [
      drop('live'),
      'AccessDenied',
      403,
      /^User: arn:\S+:assumed-role\/worker\/session is not authorized to perform: rds:DeleteDBInstance on resource: arn:aws:rds:\S+:db:live because no identity-based policy allows the rds:DeleteDBInstance action$/,
    ],
    [['s3', 'GetObject', object], 'AccessDenied', 403, /on resource: "arn:aws:s3:::b\/runs\/1" because/],
    [['kms', 'Sign', { KeyId: '1' }], 'AccessDeniedException', 400, /kms:Sign on resource/],
    [['lambda', 'Invoke', { FunctionName: 'f' }], 'AccessDeniedException', 403, /lambda:InvokeFunction/],
    [['sns', 'Publish', { TopicArn: 't' }], 'AuthorizationError', 403, /SNS:|sns:Publish/],
    [
      ['ec2', 'DescribeVpcs', {}],
      'UnauthorizedOperation',
      403,
      /^You are not authorized to perform this operation/,
    ],
  ])('is worded as the service words it: %j', async ([service, operation, input], code, status, message) => {
    const refused = authorizer([]).check({ service, operation, input, principal: worker });

    await expect(refused).rejects.toMatchObject({ code, status, message: expect.stringMatching(message) });
  });

  test('says when it is explicit', async () => {
    const deny = { ...allow('s3:*'), Effect: 'Deny' };
    const refused = authorizer([deny]).check({
      service: 's3',
      operation: 'GetObject',
      input: object,
      principal: worker,
    });

    await expect(refused).rejects.toThrow('with an explicit deny in an identity-based policy');
  });
});

describe('an object that does not exist', () => {
  const request = { service: 's3', operation: 'GetObject', input: object, principal: worker };
  const missing = new ServiceError('NoSuchKey', 'The specified key does not exist.', { status: 404 });

  test('is forbidden to who may not list the bucket', () => {
    expect(authorizer([allow('s3:GetObject')]).conceal(request, missing)).toMatchObject({
      code: 'AccessDenied',
    });
  });

  test('is missing to who may', () => {
    expect(authorizer([allow('s3:ListBucket')]).conceal(request, missing)).toBe(missing);
  });
});

test('a judgement takes far less than a request', async () => {
  const judge = authorizer([
    ...Array.from({ length: 30 }, (_, at) => allow(`s3:Get${at}*`, `arn:aws:s3:::b${at}/*`)),
    names,
    allow('s3:GetObject', objects),
  ]);
  const request = { service: 's3', operation: 'GetObject', input: object, principal: worker };
  const turns = 2_000;
  const start = performance.now();
  for (let turn = 0; turn < turns; turn++) await judge.check(request);

  expect((performance.now() - start) / turns).toBeLessThan(0.1);
});
