import type { Principal } from '../contract.ts';
import { conditionHolds, like, type RequestKeys } from './conditions.ts';
import type { Matcher, PolicyDocument, Statement } from './document.ts';

export interface AccessRequest {
  /** `s3:PutObject` */
  action: string;
  /** ARN of what is acted on. */
  resource: string;
  principal: Principal;
  account: string;
  keys: RequestKeys;
}

/** What the policy alone says: an explicit deny wins over any allow. */
export function decide(policy: PolicyDocument, request: AccessRequest): 'deny' | 'allow' | 'none' {
  const keys: RequestKeys = { ...principalKeys(request), ...request.keys };
  const action = request.action.toLowerCase();
  const applying = policy.statements.filter(
    (statement) =>
      matches(statement.actions, (pattern) => like(action, pattern)) && applies(statement, request, keys),
  );
  if (applying.some(({ effect }) => effect === 'Deny')) return 'deny';
  return applying.length > 0 ? 'allow' : 'none';
}

function applies(statement: Statement, request: AccessRequest, keys: RequestKeys): boolean {
  return (
    matches(statement.principals, (pattern) => isPrincipal(pattern, request)) &&
    matches(statement.resources, (pattern) => like(request.resource, pattern)) &&
    statement.conditions.every((condition) => conditionHolds(condition, keys))
  );
}

function matches({ negated, patterns }: Matcher, test: (pattern: string) => boolean): boolean {
  return patterns.some(test) !== negated;
}

/** An account, named by its number or its root, stands for everyone in it. */
function isPrincipal(pattern: string, { principal, account }: AccessRequest): boolean {
  if (pattern === '*' || pattern === account || pattern === `arn:aws:iam::${account}:root`) return true;
  return pattern === principal.arn || pattern === principal.roleArn;
}

function principalKeys({ principal, account }: AccessRequest): RequestKeys {
  return {
    'aws:PrincipalArn': principal.roleArn ?? principal.arn,
    'aws:PrincipalAccount': account,
    'aws:PrincipalIsAWSService': 'false',
    'aws:ResourceAccount': account,
    // The endpoint is on loopback: what reaches it never leaves the machine.
    'aws:SecureTransport': 'true',
    'aws:CurrentTime': new Date().toISOString(),
  };
}
