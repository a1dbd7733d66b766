import { ServiceError } from '../contract.ts';

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('NotFoundException', message);
}

export function invalidUsage(arn: string, usage: string, operation: string): ServiceError {
  return new ServiceError(
    'InvalidKeyUsageException',
    `${arn} key usage is ${usage} which is not valid for ${operation}.`,
  );
}

export function invalidCiphertext(): ServiceError {
  return new ServiceError('InvalidCiphertextException', '');
}

export function incorrectKey(): ServiceError {
  return new ServiceError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
}

/** At most this many bytes are signed or encrypted in one call. */
const largestMessage = 4096;

export function checkLength(member: string, bytes: Uint8Array): void {
  if (bytes.length >= 1 && bytes.length <= largestMessage) return;
  const bound =
    bytes.length > largestMessage ? `less than or equal to ${largestMessage}` : 'greater than or equal to 1';
  throw validation(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length ${bound}`,
  );
}
