import { ServiceError } from '../contract.ts';
import { asynchronousPayloadLimit, synchronousPayloadLimit } from './invocation.ts';

/** The JSON text of an Invoke request's payload; none at all is an empty event. */
export function readPayload(payload: Uint8Array | string | undefined, invocationType: string): string {
  const text = typeof payload === 'string' ? payload : new TextDecoder().decode(payload);
  const limit = invocationType === 'Event' ? asynchronousPayloadLimit : synchronousPayloadLimit;
  const size = Buffer.byteLength(text);
  if (size > limit) {
    throw new ServiceError(
      'RequestTooLargeException',
      `Request must be smaller than ${limit} bytes for the Invoke operation, got ${size}`,
      { status: 413, fields: { Type: 'User' } },
    );
  }
  if (text === '') return '{}';
  try {
    JSON.parse(text);
  } catch (error) {
    throw new ServiceError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
      { fields: { Type: 'User' } },
    );
  }
  return text;
}
