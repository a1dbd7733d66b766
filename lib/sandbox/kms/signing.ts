import { sign, verify } from 'node:crypto';
import { type CallContext, ServiceError } from '../contract.ts';
import { signDigest, verifyDigest } from './digest-ecdsa.ts';
import { checkLength, invalidUsage, validation } from './errors.ts';
import { type Key, signingAlgorithm } from './key.ts';
import type { KeyRing } from './key-ring.ts';

export async function signMessage(ring: KeyRing, input: any, context: CallContext): Promise<object> {
  const { key, algorithm } = signingKey(ring, 'Sign', input, context);
  const { privateKey } = key.pair!;
  let Signature: Buffer;
  if (input.MessageType === 'DIGEST') Signature = signDigest(input.Message, privateKey);
  else Signature = sign(hashOf(algorithm), input.Message, privateKey);
  return { KeyId: key.arn, Signature, SigningAlgorithm: algorithm };
}

export async function verifyMessage(ring: KeyRing, input: any, context: CallContext): Promise<object> {
  const { key, algorithm } = signingKey(ring, 'Verify', input, context);
  const { publicKey } = key.pair!;
  const valid =
    input.MessageType === 'DIGEST'
      ? verifyDigest(input.Message, input.Signature, publicKey)
      : verify(hashOf(algorithm), input.Message, publicKey, input.Signature);
  if (!valid) throw new ServiceError('KMSInvalidSignatureException', '');
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: algorithm };
}

export async function getPublicKey(ring: KeyRing, input: any, context: CallContext): Promise<object> {
  const key = ring.usable('GetPublicKey', input.KeyId, context);
  if (!key.pair) {
    throw new ServiceError('UnsupportedOperationException', `${key.arn} is not an asymmetric key.`);
  }
  return {
    KeyId: key.arn,
    PublicKey: key.pair.publicKey.export({ format: 'der', type: 'spki' }),
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    KeyUsage: key.usage,
    SigningAlgorithms: [signingAlgorithm(key)],
  };
}

function signingKey(
  ring: KeyRing,
  operation: string,
  input: any,
  context: CallContext,
): { key: Key; algorithm: string } {
  checkLength('message', input.Message);
  const { SigningAlgorithm: algorithm, MessageType = 'RAW' } = input;
  const keys = { 'kms:SigningAlgorithm': algorithm, 'kms:MessageType': MessageType };
  const key = ring.usable(operation, input.KeyId, context, keys);
  if (!key.pair) throw invalidUsage(key.arn, key.usage, operation);
  if (algorithm !== signingAlgorithm(key)) {
    throw new ServiceError(
      'InvalidKeyUsageException',
      `Algorithm ${algorithm} is incompatible with key spec ${key.spec}.`,
    );
  }
  if (MessageType === 'RAW') return { key, algorithm };
  if (algorithm !== 'ECDSA_SHA_256' || MessageType !== 'DIGEST') {
    throw validation(`Algorithm ${algorithm} and message type ${MessageType} are not compatible.`);
  }
  if (input.Message.length !== 32) throw validation(`Digest is invalid length for algorithm ${algorithm}.`);
  return { key, algorithm };
}

/** Ed25519 hashes by itself. */
function hashOf(algorithm: string): string | null {
  return algorithm === 'ECDSA_SHA_256' ? 'sha256' : null;
}
