import { ServiceError } from '../contract.ts';

/** Code and status by which a service refuses; the services of JSON protocols have the one at the end. */
const refusals: Record<string, [code: string, status: number]> = {
  s3: ['AccessDenied', 403],
  rds: ['AccessDenied', 403],
  route53: ['AccessDenied', 403],
  sts: ['AccessDenied', 403],
  iam: ['AccessDenied', 403],
  cloudformation: ['AccessDenied', 403],
  monitoring: ['AccessDenied', 403],
  sns: ['AuthorizationError', 403],
  ec2: ['UnauthorizedOperation', 403],
  lambda: ['AccessDeniedException', 403],
  scheduler: ['AccessDeniedException', 403],
};

/** The error by which a service says that the caller's own policies do not let it. */
export function refusal(
  service: string,
  refused: { caller: string; action: string; resource: string; explicitly: boolean },
): ServiceError {
  const { caller, action, resource, explicitly } = refused;
  const [code, status] = refusals[service] ?? ['AccessDeniedException', 400];
  const shown = service === 's3' ? `"${resource}"` : resource;
  const on = resource === '*' && service === 'ec2' ? '' : ` on resource: ${shown}`;
  const why = explicitly
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${action} action`;
  const message = `User: ${caller} is not authorized to perform: ${action}${on} ${why}`;
  const opening = service === 'ec2' ? 'You are not authorized to perform this operation. ' : '';
  return new ServiceError(code, `${opening}${message}`, { status });
}
