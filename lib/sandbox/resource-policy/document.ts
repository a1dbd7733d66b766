import { operators } from './conditions.ts';

/** A policy in the form that is evaluated: every element a list. */
export interface PolicyDocument {
  text: string;
  statements: Statement[];
}

export interface Statement {
  sid: string | undefined;
  effect: 'Allow' | 'Deny';
  principals: Matcher;
  actions: Matcher;
  resources: Matcher;
  conditions: Condition[];
}

/** Patterns, and whether the statement is about what they do *not* match (`NotAction` …). */
export interface Matcher {
  negated: boolean;
  patterns: string[];
}

export interface Condition {
  operator: string;
  key: string;
  values: string[];
}

/** Thrown with what is wrong, for the service to put into its own error. */
export class PolicyError extends Error {}

/** Reads a resource's policy; throws PolicyError where it is malformed or uses what is not evaluated here. */
export function parsePolicy(text: string): PolicyDocument {
  return parse(text, (statement) => matcher(statement, 'Principal', principalPatterns));
}

/** As `parsePolicy`, for a policy of a role: it names nobody, and is about whoever has the role. */
export function parseIdentityPolicy(text: string): PolicyDocument {
  return parse(text, (statement) => {
    if (statement.Principal !== undefined || statement.NotPrincipal !== undefined) {
      throw new PolicyError('Policy document should not specify a principal.');
    }
    return { negated: false, patterns: ['*'] };
  });
}

type PrincipalsOf = (statement: any) => Matcher;

function parse(text: string, principalsOf: PrincipalsOf): PolicyDocument {
  let document: any;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new PolicyError(`Policies must be valid JSON and the first byte must be '{': ${cause}`);
  }
  if (typeof document !== 'object' || document === null || !document.Statement) {
    throw new PolicyError('Missing required field Statement');
  }
  return { text, statements: list(document.Statement).map((each) => readStatement(each, principalsOf)) };
}

function readStatement(statement: any, principalsOf: PrincipalsOf): Statement {
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    throw new PolicyError(`Invalid effect: ${statement.Effect}`);
  }
  return {
    sid: statement.Sid,
    effect: statement.Effect,
    principals: principalsOf(statement),
    // Compared without regard to case.
    actions: matcher(statement, 'Action', (value) => list(value).map((each) => String(each).toLowerCase())),
    resources: matcher(statement, 'Resource', list),
    conditions: Object.entries(statement.Condition ?? {}).flatMap(([operator, block]) => {
      if (!operators.has(plainOperator(operator))) {
        throw new PolicyError(`The condition operator ${operator} is not one that the sandbox evaluates`);
      }
      return Object.entries(block as object).map(([key, values]) => ({
        operator,
        key,
        values: list(values).map(String),
      }));
    }),
  };
}

/** An operator without its set prefix and `IfExists`. */
export function plainOperator(operator: string): string {
  return operator.replace(/^For(?:All|Any)Values?:/, '').replace(/IfExists$/, '');
}

function matcher(statement: any, name: string, patternsOf: (value: unknown) => string[]): Matcher {
  const negated = statement[`Not${name}`];
  if (negated !== undefined) return { negated: true, patterns: patternsOf(negated) };
  if (statement[name] === undefined) throw new PolicyError(`Missing required field ${name}`);
  return { negated: false, patterns: patternsOf(statement[name]) };
}

function principalPatterns(principal: any): string[] {
  if (principal === '*') return ['*'];
  if (typeof principal !== 'object' || principal === null)
    throw new PolicyError('Invalid principal in policy');
  return Object.entries(principal).flatMap(([kind, value]) =>
    list(value).map((name) => (kind === 'AWS' ? String(name) : `${kind}:${name}`)),
  );
}

function list(value: any): any[] {
  return Array.isArray(value) ? value : [value];
}
