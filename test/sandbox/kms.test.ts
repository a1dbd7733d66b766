import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetPublicKeyCommand,
  type KeySpec,
  KMSClient,
  ScheduleKeyDeletionCommand,
  SignCommand,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scaledClock } from '../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../lib/sandbox/context.ts';
import { KmsService } from '../../lib/sandbox/kms/service.ts';
import { Endpoint } from '../../lib/sandbox/wire/server.ts';

const account = '111122223333';
const context = new ServiceDirectory({
  account,
  region: 'eu-central-1',
  clock: scaledClock(1),
  directory: '/nonexistent',
  log: () => {},
});
const endpoint = new Endpoint([context.register(new KmsService(context))], context);
let kms: KMSClient;
let url: string;

beforeAll(async () => {
  ({ url } = await endpoint.listen());
  kms = clientOf({ accessKeyId: 'AKIAOWNER', secretAccessKey: 'x' });
});
afterAll(() => endpoint.close());

function clientOf(credentials: { accessKeyId: string; secretAccessKey: string }): KMSClient {
  return new KMSClient({ endpoint: url, region: 'eu-central-1', credentials, maxAttempts: 1 });
}

async function createSigningKey(KeySpec: KeySpec, Policy?: string): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec, KeyUsage: 'SIGN_VERIFY', Policy }));
  return KeyMetadata!.Arn!;
}

describe('signing', () => {
  test('an Ed25519 signature verifies with the public key, outside of KMS', async () => {
    const KeyId = await createSigningKey('ECC_NIST_EDWARDS25519');
    const Message = Buffer.from('a note');

    const { Signature } = await kms.send(
      new SignCommand({ KeyId, Message, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' }),
    );
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));

    const key = createPublicKey({ key: Buffer.from(PublicKey!), format: 'der', type: 'spki' });
    expect(Signature).toHaveLength(64);
    expect(verify(null, Message, key, Signature!)).toBe(true);
  });

  test('P-256: a signature over a digest is one over its message, both ways', async () => {
    const KeyId = await createSigningKey('ECC_NIST_P256');
    const SigningAlgorithm = 'ECDSA_SHA_256';
    const message = Buffer.from('a note');
    const digest = createHash('sha256').update(message).digest();

    const overDigest = await kms.send(
      new SignCommand({ KeyId, Message: digest, MessageType: 'DIGEST', SigningAlgorithm }),
    );
    const overMessage = await kms.send(new SignCommand({ KeyId, Message: message, SigningAlgorithm }));

    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    const key = createPublicKey({ key: Buffer.from(PublicKey!), format: 'der', type: 'spki' });
    expect(verify('sha256', message, key, overDigest.Signature!)).toBe(true);
    const check = (Message: Buffer, Signature: Uint8Array) =>
      kms.send(new VerifyCommand({ KeyId, Message, MessageType: 'DIGEST', Signature, SigningAlgorithm }));
    await expect(check(digest, overMessage.Signature!)).resolves.toMatchObject({ SignatureValid: true });
    await expect(check(Buffer.alloc(32, 1), overMessage.Signature!)).rejects.toMatchObject({
      name: 'KMSInvalidSignatureException',
    });
  });

  test.each([
    ['a message above 4,096 bytes', { Message: Buffer.alloc(4097) }, 'less than or equal to 4096'],
    ['a digest of the wrong length', { Message: Buffer.alloc(31), MessageType: 'DIGEST' }, 'invalid length'],
  ])('refuses %s', async (_what, input, message) => {
    const KeyId = await createSigningKey('ECC_NIST_P256');

    await expect(
      kms.send(new SignCommand({ KeyId, SigningAlgorithm: 'ECDSA_SHA_256', ...input } as any)),
    ).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringContaining(message) });
  });

  test('only whom the key policy allows may sign', async () => {
    const signer = `arn:aws:iam::${account}:role/signer`;
    const allow = (AWS: string, Action: string) => ({
      Effect: 'Allow',
      Principal: { AWS },
      Action,
      Resource: '*',
    });
    const Statement = [
      allow(signer, 'kms:Sign'),
      { ...allow(`arn:aws:iam::${account}:root`, 'kms:*'), Action: ['kms:Get*', 'kms:Describe*'] },
    ];
    const KeyId = await createSigningKey('ECC_NIST_EDWARDS25519', JSON.stringify({ Statement }));
    const sign = (client: KMSClient) =>
      client.send(new SignCommand({ KeyId, Message: Buffer.from('m'), SigningAlgorithm: 'ED25519_SHA_512' }));

    const session = `arn:aws:sts::${account}:assumed-role/signer/s`;
    await expect(sign(kms)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(
      sign(clientOf(context.credentials({ arn: session, roleArn: signer }))),
    ).resolves.toBeDefined();
  });
});

describe('encryption', () => {
  test('decrypts with the same context only', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata!.KeyId!;
    const EncryptionContext = { purpose: 'test' };

    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('secret'), EncryptionContext }),
    );

    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(Plaintext!).toString()).toBe('secret');
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  test('a data key comes back from its encrypted form', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata!.KeyId!;

    const dataKey = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: dataKey.CiphertextBlob }));

    expect(dataKey.KeyMaterialId).toBe(KeyMetadata!.CurrentKeyMaterialId);
    expect(opened.KeyMaterialId).toMatch(/^[0-9a-f]{64}$/);
    expect(dataKey.Plaintext).toHaveLength(32);
    expect(Buffer.from(opened.Plaintext!).equals(Buffer.from(dataKey.Plaintext!))).toBe(true);
  });
});

describe('a key’s state', () => {
  test.each([
    ['disabled', (KeyId: string) => kms.send(new DisableKeyCommand({ KeyId })), 'DisabledException'],
    [
      'pending deletion',
      (KeyId: string) => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 })),
      'KMSInvalidStateException',
    ],
  ])('a key that is %s is not used', async (_state, change, name) => {
    const KeyId = await createSigningKey('ECC_NIST_EDWARDS25519');
    await change(KeyId);

    const answer = kms.send(
      new SignCommand({ KeyId, Message: Buffer.from('m'), SigningAlgorithm: 'ED25519_SHA_512' }),
    );

    await expect(answer).rejects.toMatchObject({ name });
  });

  test('is found by its alias; what is not there is named', async () => {
    const TargetKeyId = await createSigningKey('ECC_NIST_EDWARDS25519');
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/notes', TargetKeyId }));

    await expect(kms.send(new GetPublicKeyCommand({ KeyId: 'alias/notes' }))).resolves.toMatchObject({
      KeyId: TargetKeyId,
    });
    await expect(kms.send(new GetPublicKeyCommand({ KeyId: 'alias/absent' }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: `Alias arn:aws:kms:eu-central-1:${account}:alias/absent is not found.`,
    });
  });
});
