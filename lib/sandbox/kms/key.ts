import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { type SandboxContext, ServiceError } from '../contract.ts';
import { type PolicyDocument, PolicyError, parsePolicy } from '../resource-policy/document.ts';
import { validation } from './errors.ts';

type KeySpec = 'SYMMETRIC_DEFAULT' | 'ECC_NIST_P256' | 'ECC_NIST_EDWARDS25519';

export interface Key {
  id: string;
  arn: string;
  spec: KeySpec;
  usage: 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY';
  description: string;
  created: Date;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  deletionDate: Date | undefined;
  rotation: boolean;
  policy: PolicyDocument;
  tags: { TagKey: string; TagValue: string }[];
  /** The secret of a symmetric key … */
  secret: Buffer | undefined;
  /** Names the secret, which rotation would replace: 64 hexadecimal digits. */
  materialId: string | undefined;
  /** … or the pair of an asymmetric one. */
  pair: { privateKey: KeyObject; publicKey: KeyObject } | undefined;
}

/** What each key specification is for, and its algorithm. */
const specs: Record<KeySpec, { usage: Key['usage']; algorithm: string }> = {
  SYMMETRIC_DEFAULT: { usage: 'ENCRYPT_DECRYPT', algorithm: 'SYMMETRIC_DEFAULT' },
  ECC_NIST_P256: { usage: 'SIGN_VERIFY', algorithm: 'ECDSA_SHA_256' },
  ECC_NIST_EDWARDS25519: { usage: 'SIGN_VERIFY', algorithm: 'ED25519_SHA_512' },
};

export function createKey(input: any, { account, region, clock }: SandboxContext): Key {
  const spec = specOf(input);
  const usage = usageOf(input, spec);
  const id = randomUUID();
  const arn = `arn:aws:kms:${region}:${account}:key/${id}`;
  return {
    id,
    arn,
    spec,
    usage,
    description: input.Description ?? '',
    created: clock.now(),
    state: 'Enabled',
    deletionDate: undefined,
    rotation: false,
    policy: keyPolicy(input.Policy ?? defaultPolicy(account)),
    tags: checkTags(input.Tags ?? []),
    secret: spec === 'SYMMETRIC_DEFAULT' ? randomBytes(32) : undefined,
    materialId: spec === 'SYMMETRIC_DEFAULT' ? randomBytes(32).toString('hex') : undefined,
    pair: pairOf(spec),
  };
}

export function keyMetadata(key: Key, account: string): object {
  const { usage, algorithm } = specs[key.spec];
  return {
    AWSAccountId: account,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.created,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    DeletionDate: key.deletionDate,
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    MultiRegion: false,
    CurrentKeyMaterialId: key.materialId,
    ...(usage === 'SIGN_VERIFY' ? { SigningAlgorithms: [algorithm] } : { EncryptionAlgorithms: [algorithm] }),
  };
}

export function signingAlgorithm(key: Key): string {
  return specs[key.spec].algorithm;
}

/** Throws KMS's own error where the policy is malformed. */
export function keyPolicy(text: string): PolicyDocument {
  try {
    return parsePolicy(text);
  } catch (error) {
    if (error instanceof PolicyError)
      throw new ServiceError('MalformedPolicyDocumentException', error.message);
    throw error;
  }
}

export function checkTags(tags: Key['tags']): Key['tags'] {
  if (tags.length > 50) throw new ServiceError('TagException', 'Too many tags');
  for (const [index, { TagKey }] of tags.entries()) {
    if (/^aws:/i.test(TagKey))
      throw new ServiceError('TagException', 'Tags beginning with aws: are reserved');
    if (TagKey.length > 128) {
      throw validation(
        `1 validation error detected: Value '${TagKey}' at 'tags.${index + 1}.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 128`,
      );
    }
  }
  return tags;
}

function specOf(input: any): KeySpec {
  const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  if (Object.hasOwn(specs, spec)) return spec;
  throw new ServiceError(
    'UnsupportedOperationException',
    `The sandbox has no keys of the spec ${spec}, only ${Object.keys(specs).join(', ')}`,
  );
}

function usageOf(input: any, spec: KeySpec): Key['usage'] {
  const { usage } = specs[spec];
  if (input.KeyUsage === undefined && spec !== 'SYMMETRIC_DEFAULT') {
    throw validation(
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  if (input.KeyUsage !== undefined && input.KeyUsage !== usage) {
    throw validation(`KeyUsage ${input.KeyUsage} is not compatible with KeySpec ${spec}`);
  }
  return usage;
}

function pairOf(spec: KeySpec): Key['pair'] {
  if (spec === 'ECC_NIST_P256') return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  if (spec === 'ECC_NIST_EDWARDS25519') return generateKeyPairSync('ed25519');
  return undefined;
}

/** What KMS gives a key that is created without a policy: the account decides. */
function defaultPolicy(account: string): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] });
}
