import { expect, test } from '@jest/globals';
import { scaledClock } from '../../../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import { readIdentityPolicy } from '../../../../lib/sandbox/iam/identity-policy.ts';
import { IamService } from '../../../../lib/sandbox/iam/service.ts';
import { PolicyError } from '../../../../lib/sandbox/resource-policy/document.ts';

const statement = { Sid: 'Named', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
/** As a policy writes it. */
const variable = ['$', '{aws:username}'].join('');
const policy = (more: object) => JSON.stringify({ Statement: [{ ...statement, ...more }] });

test.each([
  ['an unknown operator', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, /IpAddress/],
  [
    'a condition key of no request',
    { Condition: { StringEquals: { 'aws:SourceVpc': 'v' } } },
    /Named.*aws:SourceVpc in requests of s3/,
  ],
  [
    'a key of another service',
    { Condition: { StringEquals: { 'aws:ResourceTag/a': 'b' } } },
    /aws:ResourceTag\/a/,
  ],
  [
    'a key that not each of its services has',
    { Action: ['rds:*', 's3:*'], Condition: { Null: { 'aws:TagKeys': 'true' } } },
    /requests of s3/,
  ],
  ['a variable', { Resource: `arn:aws:s3:::b/${variable}/*` }, /Named.*\$\{aws:username\}/],
  ['a principal', { Principal: '*' }, /should not specify a principal/],
  ['a misspelt element', { Conditions: {} }, /Named has Conditions/],
  ['no resource', { Resource: undefined }, /Resource/],
])('a policy with %s is refused', (_what, more, message) => {
  expect(() => readIdentityPolicy(policy(more))).toThrow(PolicyError);
  expect(() => readIdentityPolicy(policy(more))).toThrow(message);
});

test('a statement about a service that is not here is nobody’s concern', () => {
  const more = {
    Action: 'dynamodb:GetItem',
    Condition: { StringEquals: { 'dynamodb:LeadingKeys': variable } },
  };

  expect(readIdentityPolicy(policy(more)).statements).toHaveLength(1);
});

const context = () =>
  new ServiceDirectory({
    account: '111122223333',
    region: 'eu-central-1',
    clock: scaledClock(1),
    directory: '/nonexistent',
    log: () => {},
  });

test('the error names policy and statement', async () => {
  const directory = context();
  directory.register(new IamService(directory));
  await directory.call('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: '{}' });

  await expect(
    directory.call('iam', 'PutRolePolicy', {
      RoleName: 'r',
      PolicyName: 'p',
      PolicyDocument: policy({ Resource: variable }),
    }),
  ).rejects.toMatchObject({
    code: 'MalformedPolicyDocument',
    message: expect.stringContaining('Policy p of role r: statement Named'),
  });
});

test('a role has what its inline and its managed policies say, also those that come later', async () => {
  const directory = context();
  const iam = new IamService(directory);
  directory.register(iam);
  const { Role } = await directory.call('iam', 'CreateRole', {
    RoleName: 'r',
    AssumeRolePolicyDocument: '{}',
  });
  const { Policy } = await directory.call('iam', 'CreatePolicy', {
    PolicyName: 'm',
    PolicyDocument: policy({}),
  });
  const count = () => iam.policyOf(Role.Arn)?.statements.length;

  const counts = [count()];
  await directory.call('iam', 'PutRolePolicy', {
    RoleName: 'r',
    PolicyName: 'p',
    PolicyDocument: policy({}),
  });
  counts.push(count());
  await directory.call('iam', 'AttachRolePolicy', { RoleName: 'r', PolicyArn: Policy.Arn });
  counts.push(count());

  expect(counts).toEqual([0, 1, 2]);
  expect(iam.policyOf('arn:aws:iam::111122223333:role/other')).toBeUndefined();
});

test('a managed policy that is not known is not passed over', async () => {
  const directory = context();
  directory.register(new IamService(directory));
  await directory.call('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: '{}' });

  await expect(
    directory.call('iam', 'AttachRolePolicy', {
      RoleName: 'r',
      PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    }),
  ).rejects.toMatchObject({ code: 'NoSuchEntity' });
});
