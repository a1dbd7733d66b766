import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { keyHash } from '../../../domain/audit/note.ts';
import type { RecordSigner } from '../../../domain/audit/trail.ts';
import { RollbackError } from '../../../domain/errors.ts';
import { send } from '../errors.ts';

const unusable = {
  AccessDeniedException: 'KeyNotUsable',
  DisabledException: 'KeyNotUsable',
  KMSInvalidStateException: 'KeyNotUsable',
  KeyUnavailableException: 'ServiceUnavailable',
  NotFoundException: 'KeyNotUsable',
  InvalidKeyUsageException: 'KeyNotUsable',
  UnsupportedOperationException: 'KeyNotUsable',
  KMSInternalException: 'ServiceUnavailable',
  DependencyTimeoutException: 'ServiceUnavailable',
} as const;

/** Signs with a KMS key of the kind ECC_NIST_EDWARDS25519. `keyName` stands in the note's signature line. */
export function kmsSigner(kms: KMSClient, keyArn: string, keyName: string): RecordSigner {
  let hash: Promise<string> | undefined;
  return {
    keyName,

    keyHash() {
      hash ??= publicKey(kms, keyArn).then(({ raw }) => keyHash(keyName, raw));
      hash.catch(() => {
        hash = undefined;
      });
      return hash;
    },

    async sign(bytes) {
      const answer = await send(
        kms,
        new SignCommand({
          KeyId: keyArn,
          Message: bytes,
          MessageType: 'RAW',
          SigningAlgorithm: 'ED25519_SHA_512',
        }),
        unusable,
      );
      const signature = Buffer.from(answer.Signature ?? []);
      if (signature.length === 64) return signature;
      throw new RollbackError(
        'KeyNotUsable',
        `Key ${keyArn} made a signature of ${signature.length} bytes, expected the 64 of Ed25519.`,
      );
    },
  };
}

/** The DER prefix of an Ed25519 key as SubjectPublicKeyInfo (RFC 8410); the 32 bytes of the key follow it. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** A signing key's public half, as SPKI and as its raw 32 bytes. Throws `KeyNotUsable`. */
export async function publicKey(kms: KMSClient, keyArn: string): Promise<{ spki: Buffer; raw: Buffer }> {
  const answer = await send(kms, new GetPublicKeyCommand({ KeyId: keyArn }), unusable);
  const spki = Buffer.from(answer.PublicKey ?? []);
  const isEd25519 = spki.length === 44 && spki.subarray(0, spkiPrefix.length).equals(spkiPrefix);
  if (isEd25519) return { spki, raw: spki.subarray(spkiPrefix.length) };
  throw new RollbackError(
    'KeyNotUsable',
    `Key ${keyArn} is ${answer.KeySpec ?? 'of unknown kind'}, expected ECC_NIST_EDWARDS25519.`,
    { details: { expected: 'ECC_NIST_EDWARDS25519', got: answer.KeySpec } },
  );
}
