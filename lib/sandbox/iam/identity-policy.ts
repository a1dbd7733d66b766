import {
  type PolicyDocument,
  PolicyError,
  parseIdentityPolicy,
  type Statement,
} from '../resource-policy/document.ts';
import { hasConditionKey, isJudged } from './condition-keys.ts';

const elements = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
  'Principal',
  'NotPrincipal',
]);

/**
 * Reads a policy of a role. Throws PolicyError, naming the statement, where it is malformed or has what is not
 * evaluated here: a policy that was half understood would prove nothing. Statements about services that the
 * sandbox does not have are taken as they are.
 */
export function readIdentityPolicy(text: string): PolicyDocument {
  const policy = parseIdentityPolicy(text);
  for (const raw of [JSON.parse(text).Statement].flat()) {
    const unknown = Object.keys(raw).find((name) => !elements.has(name));
    if (unknown !== undefined)
      throw new PolicyError(`Syntax errors in policy: ${nameOf(raw.Sid)} has ${unknown}`);
  }
  policy.statements.forEach(check);
  return policy;
}

function check(statement: Statement): void {
  const prefixes = statement.actions.negated ? ['*'] : statement.actions.patterns.map(prefixOf);
  const judged = prefixes.filter((prefix) => prefix.includes('*') || isJudged(prefix));
  if (judged.length === 0) return;
  for (const { key, values } of statement.conditions) {
    const without = judged.find((prefix) => !hasConditionKey(prefix, key));
    if (without !== undefined) {
      throw new PolicyError(
        `${nameOf(statement.sid)}: the sandbox does not know the condition key ${key} in requests of ${without}`,
      );
    }
    refuseVariables(statement, values);
  }
  refuseVariables(statement, statement.resources.patterns);
}

/** Of `rds:Describe*`: `rds`. */
function prefixOf(action: string): string {
  return action.split(':')[0]!.toLowerCase();
}

function refuseVariables({ sid }: Statement, values: string[]): void {
  const variable = values.find((value) => value.includes('${'));
  if (variable !== undefined) {
    throw new PolicyError(`${nameOf(sid)}: the sandbox does not fill in policy variables, got ${variable}`);
  }
}

function nameOf(sid: string | undefined): string {
  return `statement ${sid ?? 'without Sid'}`;
}
