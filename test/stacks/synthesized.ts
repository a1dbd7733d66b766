import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildApp } from '../../lib/infra/app.ts';

interface Resource {
  Type: string;
  Properties: any;
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
}

/** Both stacks of the example's cluster, as the app writes them, in a folder that is removed again. */
export function synthesized(): { evidence: Template; rollback: Template } {
  const outdir = mkdtempSync(join(tmpdir(), 'safe-rollback-cdk-'));
  try {
    const policy = resolve(import.meta.dirname, '../../examples/orders/rollback.yaml');
    const assembly = buildApp({ policy, outdir }).synth();
    return {
      evidence: assembly.getStackByName('safe-rollback-evidence').template,
      rollback: assembly.getStackByName('orders-rollback').template,
    };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Resources of one type, by logical id. */
export function ofType(template: Template, type: string): [id: string, properties: any][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties]);
}

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string[];
  /** Each as text; references are JSON. */
  Resource: string[];
  Condition?: any;
}

/** Every statement of a role, inline or attached, by the role's name. */
export function statementsByRole(template: Template): Map<string, Statement[]> {
  const roles = new Map(ofType(template, 'AWS::IAM::Role').map(([id, role]) => [id, role]));
  const byName = new Map<string, Statement[]>();
  const nameOf = (id: string) => roles.get(id)?.RoleName ?? id;
  const add = (id: string, document: any) =>
    byName.set(nameOf(id), [...(byName.get(nameOf(id)) ?? []), ...document.Statement.map(normalized)]);
  for (const [id, role] of roles) for (const policy of role.Policies ?? []) add(id, policy.PolicyDocument);
  for (const [, policy] of ofType(template, 'AWS::IAM::Policy')) {
    for (const role of policy.Roles) add(role.Ref, policy.PolicyDocument);
  }
  return byName;
}

function normalized(statement: any): Statement {
  const list = (value: unknown) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
  return {
    ...statement,
    Action: list(statement.Action),
    Resource: list(statement.Resource).map((resource) =>
      typeof resource === 'string' ? resource : JSON.stringify(resource),
    ),
  };
}
