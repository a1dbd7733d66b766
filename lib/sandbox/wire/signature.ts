import type { WireRequest } from './message.ts';

export interface Signer {
  accessKeyId: string;
  /** The signing name in the credential scope. */
  service: string;
}

/**
 * Who signed a request for which service, read from the credential scope
 * (`<access key>/<date>[/<region>]/<service>/aws4_request`) of its header or presigned query.
 * The signature itself is not checked: every key of a sandbox is its user's own.
 */
export function signerOf(request: WireRequest): Signer | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  const scope = header ?? request.query.get('X-Amz-Credential');
  const parts = scope?.split('/') ?? [];
  const accessKeyId = parts[0];
  const service = parts.at(-2);
  if (parts.length < 4 || parts.at(-1) !== 'aws4_request' || !accessKeyId || !service) return undefined;
  return { accessKeyId, service };
}
