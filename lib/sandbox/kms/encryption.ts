import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { CallContext } from '../contract.ts';
import type { RequestKeys } from '../resource-policy/conditions.ts';
import { checkLength, incorrectKey, invalidCiphertext, invalidUsage, validation } from './errors.ts';
import type { Key } from './key.ts';
import type { KeyRing } from './key-ring.ts';

const idLength = 36;
const ivLength = 12;
const tagLength = 16;

export async function encrypt(ring: KeyRing, input: any, context: CallContext): Promise<object> {
  checkLength('plaintext', input.Plaintext);
  const key = symmetricKey(ring, 'Encrypt', input.KeyId, input.EncryptionContext, context);
  return {
    KeyId: key.arn,
    CiphertextBlob: seal(key, input.Plaintext, input.EncryptionContext),
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
}

export async function decrypt(ring: KeyRing, input: any, context: CallContext): Promise<object> {
  const blob = Buffer.from(input.CiphertextBlob);
  const id = blob.toString('latin1', 0, idLength);
  const sealedBy = ring.all().find((key) => key.id === id);
  if (!sealedBy) throw invalidCiphertext();
  if (input.KeyId !== undefined && ring.find(input.KeyId) !== sealedBy) throw incorrectKey();
  const key = symmetricKey(ring, 'Decrypt', id, input.EncryptionContext, context);
  return {
    KeyId: key.arn,
    KeyMaterialId: key.materialId,
    Plaintext: open(key, blob, input.EncryptionContext),
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
}

export async function generateDataKey(ring: KeyRing, input: any, context: CallContext): Promise<object> {
  const size = dataKeySize(input);
  const key = symmetricKey(ring, 'GenerateDataKey', input.KeyId, input.EncryptionContext, context);
  const Plaintext = randomBytes(size);
  return {
    KeyId: key.arn,
    KeyMaterialId: key.materialId,
    Plaintext,
    CiphertextBlob: seal(key, Plaintext, input.EncryptionContext),
  };
}

function symmetricKey(
  ring: KeyRing,
  operation: string,
  reference: string,
  encryptionContext: Record<string, string> | undefined,
  context: CallContext,
): Key {
  const keys: RequestKeys = { 'kms:EncryptionContextKeys': Object.keys(encryptionContext ?? {}) };
  for (const [name, value] of Object.entries(encryptionContext ?? {})) {
    keys[`kms:EncryptionContext:${name}`] = value;
  }
  const key = ring.usable(operation, reference, context, keys);
  if (!key.secret) throw invalidUsage(key.arn, key.usage, operation);
  return key;
}

/** Key id, nonce, tag, ciphertext: AES-256-GCM with the encryption context as associated data. */
function seal(key: Key, plaintext: Uint8Array, context: Record<string, string> | undefined): Buffer {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv('aes-256-gcm', key.secret!, iv).setAAD(associatedData(context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.from(key.id, 'latin1'), iv, cipher.getAuthTag(), sealed]);
}

function open(key: Key, blob: Buffer, context: Record<string, string> | undefined): Buffer {
  const iv = blob.subarray(idLength, idLength + ivLength);
  const tag = blob.subarray(idLength + ivLength, idLength + ivLength + tagLength);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.secret!, iv)
      .setAAD(associatedData(context))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(blob.subarray(idLength + ivLength + tagLength)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

function associatedData(context: Record<string, string> = {}): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function dataKeySize({ KeySpec, NumberOfBytes }: any): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined)) {
    throw validation('Please specify either number of bytes or key spec.');
  }
  if (KeySpec !== undefined) return KeySpec === 'AES_128' ? 16 : 32;
  return NumberOfBytes;
}
