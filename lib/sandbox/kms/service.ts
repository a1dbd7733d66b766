import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import { decrypt, encrypt, generateDataKey } from './encryption.ts';
import { notFound, validation } from './errors.ts';
import { checkTags, createKey, keyMetadata, keyPolicy } from './key.ts';
import { KeyRing, requireNotPending } from './key-ring.ts';
import { getPublicKey, signMessage, verifyMessage } from './signing.ts';

const day = 86_400_000;

/** KMS: Ed25519 and P-256 signatures, AES, key policies, aliases. Deletion dates are real ones. */
export class KmsService implements Service {
  readonly name = 'kms';
  readonly operations: Record<string, Operation>;

  constructor(context: SandboxContext) {
    const ring = new KeyRing(context);
    this.operations = {
      ...keyOperations(ring, context),
      ...aliasOperations(ring, context),
      Sign: (input, call) => signMessage(ring, input, call),
      Verify: (input, call) => verifyMessage(ring, input, call),
      GetPublicKey: (input, call) => getPublicKey(ring, input, call),
      Encrypt: (input, call) => encrypt(ring, input, call),
      Decrypt: (input, call) => decrypt(ring, input, call),
      GenerateDataKey: (input, call) => generateDataKey(ring, input, call),
    };
  }
}

function keyOperations(ring: KeyRing, context: SandboxContext): Record<string, Operation> {
  return {
    async CreateKey(input) {
      const key = createKey(input, context);
      ring.add(key);
      return { KeyMetadata: keyMetadata(key, context.account) };
    },

    async DescribeKey({ KeyId }, call) {
      return { KeyMetadata: keyMetadata(ring.authorized('DescribeKey', KeyId, call), context.account) };
    },

    ListKeys: async () => ({
      Keys: ring.all().map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })),
      Truncated: false,
    }),

    async EnableKey({ KeyId }, call) {
      const key = ring.authorized('EnableKey', KeyId, call);
      requireNotPending(key);
      key.state = 'Enabled';
    },

    async DisableKey({ KeyId }, call) {
      const key = ring.authorized('DisableKey', KeyId, call);
      requireNotPending(key);
      key.state = 'Disabled';
    },

    async ScheduleKeyDeletion({ KeyId, PendingWindowInDays = 30 }, call) {
      const key = ring.authorized('ScheduleKeyDeletion', KeyId, call);
      requireNotPending(key);
      if (PendingWindowInDays < 7 || PendingWindowInDays > 30) {
        throw validation(`PendingWindowInDays must be from 7 to 30, got ${PendingWindowInDays}`);
      }
      key.state = 'PendingDeletion';
      key.deletionDate = new Date(context.clock.now().getTime() + PendingWindowInDays * day);
      return { KeyId: key.arn, DeletionDate: key.deletionDate, KeyState: key.state, PendingWindowInDays };
    },

    async CancelKeyDeletion({ KeyId }, call) {
      const key = ring.authorized('CancelKeyDeletion', KeyId, call);
      if (key.state !== 'PendingDeletion') {
        throw new ServiceError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
      }
      key.state = 'Disabled';
      key.deletionDate = undefined;
      return { KeyId: key.arn };
    },

    async GetKeyPolicy({ KeyId }, call) {
      return { Policy: ring.authorized('GetKeyPolicy', KeyId, call).policy.text, PolicyName: 'default' };
    },

    async PutKeyPolicy({ KeyId, Policy }, call) {
      ring.authorized('PutKeyPolicy', KeyId, call).policy = keyPolicy(Policy);
    },

    async EnableKeyRotation({ KeyId }, call) {
      const key = ring.usable('EnableKeyRotation', KeyId, call);
      if (!key.secret) {
        throw new ServiceError('UnsupportedOperationException', `${key.arn} is not a symmetric key.`);
      }
      key.rotation = true;
    },

    async GetKeyRotationStatus({ KeyId }, call) {
      const key = ring.authorized('GetKeyRotationStatus', KeyId, call);
      return { KeyId: key.arn, KeyRotationEnabled: key.rotation };
    },

    async TagResource({ KeyId, Tags }, call) {
      const key = ring.authorized('TagResource', KeyId, call);
      const names = new Set(Tags.map(({ TagKey }: any) => TagKey));
      key.tags = checkTags([...key.tags.filter(({ TagKey }) => !names.has(TagKey)), ...Tags]);
    },

    async UntagResource({ KeyId, TagKeys }, call) {
      const key = ring.authorized('UntagResource', KeyId, call);
      key.tags = key.tags.filter(({ TagKey }) => !TagKeys.includes(TagKey));
    },

    async ListResourceTags({ KeyId }, call) {
      return { Tags: ring.authorized('ListResourceTags', KeyId, call).tags, Truncated: false };
    },
  };
}

function aliasOperations(ring: KeyRing, { region, account }: SandboxContext): Record<string, Operation> {
  const arnOf = (name: string) => `arn:aws:kms:${region}:${account}:${name}`;
  return {
    async CreateAlias({ AliasName, TargetKeyId }) {
      if (ring.aliases.has(AliasName)) {
        throw new ServiceError(
          'AlreadyExistsException',
          `An alias with the name ${arnOf(AliasName)} already exists`,
        );
      }
      ring.setAlias(AliasName, TargetKeyId);
    },

    async UpdateAlias({ AliasName, TargetKeyId }) {
      if (!ring.aliases.has(AliasName)) throw notFound(`Alias ${arnOf(AliasName)} is not found.`);
      ring.setAlias(AliasName, TargetKeyId);
    },

    async DeleteAlias({ AliasName }) {
      if (!ring.aliases.delete(AliasName)) throw notFound(`Alias ${arnOf(AliasName)} is not found.`);
    },

    async ListAliases({ KeyId }) {
      const only = KeyId === undefined ? undefined : ring.find(KeyId).id;
      const Aliases = [...ring.aliases]
        .filter(([, { keyId }]) => only === undefined || keyId === only)
        .map(([name, { keyId, created }]) => ({
          AliasName: name,
          AliasArn: arnOf(name),
          TargetKeyId: keyId,
          CreationDate: created,
          LastUpdatedDate: created,
        }));
      return { Aliases, Truncated: false };
    },
  };
}
