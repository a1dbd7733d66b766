import { describe, expect, test } from '@jest/globals';
import { conditionHolds } from '../../../lib/sandbox/resource-policy/conditions.ts';
import { decide } from '../../../lib/sandbox/resource-policy/decide.ts';
import { type Condition, PolicyError, parsePolicy } from '../../../lib/sandbox/resource-policy/document.ts';

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/writer`;
const writer = { arn: `arn:aws:sts::${account}:assumed-role/writer/session`, roleArn: role };

function decision(statements: object[], request: object = {}) {
  return decide(parsePolicy(JSON.stringify({ Statement: statements })), {
    action: 's3:PutObject',
    resource: 'arn:aws:s3:::bucket/key',
    principal: writer,
    account,
    keys: {},
    ...request,
  });
}

const allow = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' };

describe('decide', () => {
  test.each([
    ['an explicit deny wins', [allow, { ...allow, Effect: 'Deny' }], 'deny'],
    ['nothing that applies decides nothing', [{ ...allow, Action: 's3:Get*' }], 'none'],
    ['actions are compared without case', [{ ...allow, Action: 'S3:putobject' }], 'allow'],
    ['NotAction', [{ ...allow, Action: undefined, NotAction: 's3:Get*', Effect: 'Deny' }], 'deny'],
    [
      'NotPrincipal spares the named role',
      [{ ...allow, Principal: undefined, NotPrincipal: { AWS: role } }],
      'none',
    ],
    ['a role by its ARN', [{ ...allow, Principal: { AWS: [role] } }], 'allow'],
    ['another role', [{ ...allow, Principal: { AWS: `${role}2` } }], 'none'],
    ['an account stands for everyone in it', [{ ...allow, Principal: { AWS: account } }], 'allow'],
    [
      'a service is nobody of the account',
      [{ ...allow, Principal: { Service: 's3.amazonaws.com' } }],
      'none',
    ],
    ['a resource pattern', [{ ...allow, Resource: 'arn:aws:s3:::bucket/k?y' }], 'allow'],
    [
      'plain HTTP is not what loopback counts as',
      [{ ...allow, Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      'none',
    ],
  ])('%s', (_rule, statements, expected) => {
    expect(decision(statements)).toBe(expected);
  });
});

describe('conditions', () => {
  test.each<[string, string, string, string | undefined, boolean]>([
    ['StringEquals', 'k', 'a', 'a', true],
    ['StringEquals', 'k', 'a', undefined, false],
    ['StringEqualsIfExists', 'k', 'a', undefined, true],
    ['StringNotEquals', 'k', 'a', 'b', true],
    ['StringNotEquals', 'k', 'a', undefined, true],
    ['StringLike', 'k', 'a*c', 'abbc', true],
    ['ArnNotLike', 'k', 'arn:*:role/x', 'arn:aws:role/x', false],
    ['Null', 'k', 'true', undefined, true],
    ['Null', 'k', 'true', 'a', false],
    ['Null', 'k', 'false', 'a', true],
    ['NumericGreaterThan', 'k', '7', '10', true],
    ['NumericGreaterThan', 'k', '7', undefined, false],
    ['NumericLessThanEquals', 'k', '7', '7', true],
    ['DateLessThan', 'k', '2027-01-01T00:00:00Z', '2026-01-01T00:00:00Z', true],
    ['Bool', 'k', 'true', 'TRUE', true],
  ])('%s %s %s with %s: %s', (operator, key, value, actual, expected) => {
    const condition: Condition = { operator, key, values: [value] };

    expect(conditionHolds(condition, { K: actual })).toBe(expected);
  });

  test('several values are alternatives; a negated operator must miss them all', () => {
    const values = ['a', 'b'];

    expect(conditionHolds({ operator: 'StringEquals', key: 'k', values }, { k: 'b' })).toBe(true);
    expect(conditionHolds({ operator: 'StringNotEquals', key: 'k', values }, { k: 'b' })).toBe(false);
  });
});

test.each([
  ['no JSON', '{', 'valid JSON'],
  ['no statement', '{}', 'Statement'],
  ['an unknown effect', '{"Statement":{"Effect":"Maybe"}}', 'Maybe'],
  ['no action', '{"Statement":{"Effect":"Deny","Principal":"*","Resource":"*"}}', 'Action'],
])('a policy with %s is refused', (_what, text, message) => {
  expect(() => parsePolicy(text)).toThrow(PolicyError);
  expect(() => parsePolicy(text)).toThrow(message);
});
