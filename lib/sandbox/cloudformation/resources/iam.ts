import { randomBytes } from 'node:crypto';
import type { ResourceType } from '../resource-type.ts';

const tags = { Tags: 'nothing reads them' };

const role: ResourceType = {
  type: 'AWS::IAM::Role',
  honoured: ['RoleName', 'Path', 'AssumeRolePolicyDocument', 'Policies', 'ManagedPolicyArns'],
  withoutEffect: {
    ...tags,
    Description: 'nothing reads it',
    MaxSessionDuration: 'sessions do not expire',
  },
  async create({ properties, name, call }) {
    const RoleName = name(properties.RoleName, { limit: 64 });
    const { Role } = await call('iam', 'CreateRole', {
      RoleName,
      Path: properties.Path,
      AssumeRolePolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
    });
    for (const { PolicyName, PolicyDocument } of properties.Policies ?? []) {
      await call('iam', 'PutRolePolicy', {
        RoleName,
        PolicyName,
        PolicyDocument: JSON.stringify(PolicyDocument),
      });
    }
    for (const PolicyArn of properties.ManagedPolicyArns ?? []) {
      await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
    }
    return { id: RoleName, attributes: { Arn: Role.Arn, RoleId: Role.RoleId } };
  },
};

const policy: ResourceType = {
  type: 'AWS::IAM::Policy',
  honoured: ['PolicyName', 'PolicyDocument', 'Roles'],
  async create({ properties, logicalId, stack, call }) {
    for (const RoleName of properties.Roles ?? []) {
      await call('iam', 'PutRolePolicy', {
        RoleName,
        PolicyName: properties.PolicyName,
        PolicyDocument: JSON.stringify(properties.PolicyDocument),
      });
    }
    const id = `${stack.slice(0, 4)}-${logicalId.slice(0, 4)}-${randomBytes(6).toString('hex').toUpperCase()}`;
    return { id, attributes: { Id: id } };
  },
};

const managedPolicy: ResourceType = {
  type: 'AWS::IAM::ManagedPolicy',
  honoured: ['ManagedPolicyName', 'Path', 'PolicyDocument', 'Roles'],
  withoutEffect: { ...tags, Description: 'nothing reads it' },
  async create({ properties, name, call }) {
    const { Policy } = await call('iam', 'CreatePolicy', {
      PolicyName: name(properties.ManagedPolicyName, { limit: 128 }),
      Path: properties.Path,
      PolicyDocument: JSON.stringify(properties.PolicyDocument),
    });
    for (const RoleName of properties.Roles ?? []) {
      await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn: Policy.Arn });
    }
    return { id: Policy.Arn, attributes: { PolicyArn: Policy.Arn, PolicyId: Policy.PolicyId } };
  },
};

export default [role, policy, managedPolicy];
