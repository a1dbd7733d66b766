import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../contract.ts';
import { StateFailure } from '../failure.ts';

/** A refused request as an optimised integration reports it: `Lambda.ResourceNotFoundException`. */
export function optimisedFailure(prefix: string, service: string, error: unknown): StateFailure {
  if (!(error instanceof ServiceError)) return clientFailure(prefix, error);
  return new StateFailure(
    `${prefix}.${withException(error.code)}`,
    `${error.message} (Service: ${service}; Status Code: ${error.status}; Error Code: ${error.code}; ` +
      `Request ID: ${randomUUID()}; Proxy: null)`,
  );
}

/** A refused request as an AWS SDK integration reports it: `Rds.DbInstanceNotFoundException`. */
export function sdkFailure(service: string, error: unknown): StateFailure {
  if (!(error instanceof ServiceError)) return clientFailure(service, error);
  const extended = service === 'S3' ? `, Extended Request ID: ${randomUUID()}` : '';
  return new StateFailure(
    `${service}.${javaExceptionName(error.code)}`,
    `${error.message} (Service: ${service}, Status Code: ${error.status}, Request ID: ${randomUUID()}${extended})`,
  );
}

function clientFailure(prefix: string, error: unknown): StateFailure {
  return new StateFailure(
    `${prefix}.SdkClientException`,
    error instanceof Error ? error.message : String(error),
  );
}

function withException(code: string): string {
  return code.endsWith('Exception') ? code : `${code}Exception`;
}

/** The AWS SDK for Java's name of an error: no Fault, acronyms as words, Exception at the end. */
function javaExceptionName(code: string): string {
  const bare = code.replace(/(Fault|Exception)$/, '');
  const words = bare.replace(
    /[A-Z]{2,}(?=[A-Z][a-z]|$)/g,
    (acronym) => acronym[0] + acronym.slice(1).toLowerCase(),
  );
  return `${words}Exception`;
}
