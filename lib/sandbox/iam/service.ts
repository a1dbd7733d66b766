import { randomBytes } from 'node:crypto';
import type { Operation, SandboxContext, Service } from '../contract.ts';
import { ServiceError } from '../contract.ts';
import { type PolicyDocument, PolicyError } from '../resource-policy/document.ts';
import { awsManagedPolicies } from './aws-managed.ts';
import { readIdentityPolicy } from './identity-policy.ts';

/** A role with everything that is attached to it. */
interface Role {
  name: string;
  arn: string;
  inline: Map<string, PolicyDocument>;
  /** ARNs of managed policies. */
  attached: Set<string>;
}

/** Limits of IAM, in characters without white space. */
const managedPolicyLimit = 6_144;
const inlinePoliciesLimit = 10_240;

/**
 * IAM: roles and their policies, by which requests of these roles are judged. Who may assume a role is not
 * judged.
 */
export class IamService implements Service {
  readonly name = 'iam';
  readonly operations: Record<string, Operation>;
  readonly #account: string;
  readonly #roles = new Map<string, Role>();
  readonly #managed = new Map(awsManagedPolicies.map(([arn, text]) => [arn, readIdentityPolicy(text)]));
  /** By the role's ARN, until a policy changes. */
  readonly #effective = new Map<string, PolicyDocument>();

  constructor(context: SandboxContext) {
    this.#account = context.account;
    this.operations = {
      CreateRole: async (input) => this.#createRole(input),
      PutRolePolicy: async (input) => this.#putRolePolicy(input),
      CreatePolicy: async (input) => this.#createPolicy(input),
      AttachRolePolicy: async (input) => this.#attachRolePolicy(input),
    };
  }

  /** Everything that a role's inline and managed policies say; undefined for a role that is not known. */
  policyOf(roleArn: string): PolicyDocument | undefined {
    const known = this.#effective.get(roleArn);
    if (known !== undefined) return known;
    const role = [...this.#roles.values()].find(({ arn }) => arn === roleArn);
    if (role === undefined) return undefined;
    const policies = [...role.inline.values(), ...[...role.attached].map((arn) => this.#managed.get(arn)!)];
    const effective = { text: '', statements: policies.flatMap(({ statements }) => statements) };
    this.#effective.set(roleArn, effective);
    return effective;
  }

  #createRole(input: any) {
    if (this.#roles.has(input.RoleName)) throw exists(`Role with name ${input.RoleName} already exists.`);
    const role: Role = {
      name: input.RoleName,
      arn: `arn:aws:iam::${this.#account}:role${input.Path ?? '/'}${input.RoleName}`,
      inline: new Map(),
      attached: new Set(),
    };
    this.#roles.set(role.name, role);
    return { Role: { RoleName: role.name, Arn: role.arn, RoleId: newId('AROA'), Path: input.Path ?? '/' } };
  }

  #putRolePolicy({ RoleName, PolicyName, PolicyDocument }: any) {
    const { inline } = this.#role(RoleName);
    inline.set(PolicyName, read(PolicyDocument, `Policy ${PolicyName} of role ${RoleName}`));
    this.#effective.clear();
    const size = [...inline.values()].reduce((sum, { text }) => sum + sizeOf(text), 0);
    if (size > inlinePoliciesLimit) {
      throw tooLarge(
        `Maximum policy size of ${inlinePoliciesLimit} bytes exceeded for role ${RoleName}: ${size}`,
      );
    }
    return {};
  }

  #createPolicy({ PolicyName, Path = '/', PolicyDocument }: any) {
    const Arn = `arn:aws:iam::${this.#account}:policy${Path}${PolicyName}`;
    if (this.#managed.has(Arn)) throw exists(`A policy called ${PolicyName} already exists.`);
    if (sizeOf(PolicyDocument) > managedPolicyLimit) {
      throw tooLarge(
        `Cannot exceed quota for PolicySize: ${managedPolicyLimit}, got ${sizeOf(PolicyDocument)}`,
      );
    }
    this.#managed.set(Arn, read(PolicyDocument, `Managed policy ${PolicyName}`));
    return { Policy: { PolicyName, Arn, PolicyId: newId('ANPA') } };
  }

  #attachRolePolicy({ RoleName, PolicyArn }: any) {
    const { attached } = this.#role(RoleName);
    if (!this.#managed.has(PolicyArn)) {
      throw new ServiceError(
        'NoSuchEntity',
        `Policy ${PolicyArn} does not exist or is not attachable; of AWS’s own the sandbox has those of Lambda’s basic and VPC roles`,
        { status: 404 },
      );
    }
    attached.add(PolicyArn);
    this.#effective.clear();
    return {};
  }

  #role(name: string): Role {
    const role = this.#roles.get(name);
    if (role === undefined) {
      throw new ServiceError('NoSuchEntity', `The role with name ${name} cannot be found.`, { status: 404 });
    }
    return role;
  }
}

function read(document: string, name: string): PolicyDocument {
  try {
    return readIdentityPolicy(document);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new ServiceError('MalformedPolicyDocument', `${name}: ${error.message}`);
  }
}

function sizeOf(document: string): number {
  return document.replace(/\s/g, '').length;
}

function newId(prefix: string): string {
  return `${prefix}${randomBytes(10).toString('hex').toUpperCase().slice(0, 17)}`;
}

function exists(message: string) {
  return new ServiceError('EntityAlreadyExists', message, { status: 409 });
}

function tooLarge(message: string) {
  return new ServiceError('LimitExceeded', message, { status: 409 });
}
