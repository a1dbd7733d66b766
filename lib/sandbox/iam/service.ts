import { randomBytes } from 'node:crypto';
import type { Operation, SandboxContext, Service } from '../contract.ts';
import { ServiceError } from '../contract.ts';

/** A statement of a policy document, as it was written. */
export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  [member: string]: unknown;
}

/** A role with everything that is attached to it. */
export interface Role {
  name: string;
  arn: string;
  trust: Statement[];
  inline: Map<string, Statement[]>;
  /** ARNs of managed policies. */
  attached: Set<string>;
}

/** Limits of IAM, in characters without white space. */
const managedPolicyLimit = 6_144;
const inlinePoliciesLimit = 10_240;

/** IAM as data: roles and their policies are kept and can be looked up; requests are not judged by them. */
export class IamService implements Service {
  readonly name = 'iam';
  readonly operations: Record<string, Operation>;
  readonly #account: string;
  readonly #roles = new Map<string, Role>();
  readonly #managed = new Map<string, Statement[]>();

  constructor(context: SandboxContext) {
    this.#account = context.account;
    this.operations = {
      CreateRole: async (input) => this.#createRole(input),
      PutRolePolicy: async (input) => this.#putRolePolicy(input),
      CreatePolicy: async (input) => this.#createPolicy(input),
      AttachRolePolicy: async ({ RoleName, PolicyArn }) => {
        this.#role(RoleName).attached.add(PolicyArn);
        return {};
      },
    };
  }

  roles(): Role[] {
    return [...this.#roles.values()];
  }

  /**
   * Every statement that a role has, from inline and managed policies. AWS's own managed policies are not
   * known here and give none.
   */
  statementsOf(roleArn: string): Statement[] {
    const role = this.roles().find(({ arn }) => arn === roleArn);
    if (role === undefined) return [];
    const managed = [...role.attached].flatMap((arn) => this.#managed.get(arn) ?? []);
    return [...[...role.inline.values()].flat(), ...managed];
  }

  #createRole(input: any) {
    if (this.#roles.has(input.RoleName)) throw exists(`Role with name ${input.RoleName} already exists.`);
    const role: Role = {
      name: input.RoleName,
      arn: `arn:aws:iam::${this.#account}:role${input.Path ?? '/'}${input.RoleName}`,
      trust: statements(input.AssumeRolePolicyDocument),
      inline: new Map(),
      attached: new Set(),
    };
    this.#roles.set(role.name, role);
    return { Role: { RoleName: role.name, Arn: role.arn, RoleId: newId('AROA'), Path: input.Path ?? '/' } };
  }

  #putRolePolicy({ RoleName, PolicyName, PolicyDocument }: any) {
    const { inline } = this.#role(RoleName);
    inline.set(PolicyName, statements(PolicyDocument));
    const size = [...inline.values()].reduce((sum, each) => sum + sizeOf(JSON.stringify(each)), 0);
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
    this.#managed.set(Arn, statements(PolicyDocument));
    return { Policy: { PolicyName, Arn, PolicyId: newId('ANPA') } };
  }

  #role(name: string): Role {
    const role = this.#roles.get(name);
    if (role === undefined) {
      throw new ServiceError('NoSuchEntity', `The role with name ${name} cannot be found.`, { status: 404 });
    }
    return role;
  }
}

function statements(document: string): Statement[] {
  return [JSON.parse(document).Statement ?? []].flat();
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
