import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import { invalidParameter, invalidRequest, markedForDeletion, secretNotFound } from './errors.ts';
import { randomPassword } from './password.ts';
import { Secret, type SecretVersion, stagesOf } from './secret.ts';

const day = 86_400_000;

/** Secrets Manager: versions, staging labels, deletion with a recovery window. No rotation. */
export class SecretsManagerService implements Service {
  readonly name = 'secretsmanager';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #secrets = new Map<string, Secret>();

  constructor(context: SandboxContext) {
    this.#context = context;
    this.operations = {
      CreateSecret: async (input) => this.#create(input),
      GetSecretValue: async (input) => this.#value(input),
      PutSecretValue: async (input) => this.#putValue(input),
      UpdateSecret: async (input) => this.#update(input),
      UpdateSecretVersionStage: async (input) => this.#updateStage(input),
      DescribeSecret: async ({ SecretId }) => this.#describe(this.#find(SecretId)),
      ListSecretVersionIds: async (input) => this.#listVersions(input),
      ListSecrets: async (input) => this.#list(input),
      DeleteSecret: async (input) => this.#delete(input),
      RestoreSecret: async ({ SecretId }) => {
        const secret = this.#find(SecretId);
        secret.deleted = undefined;
        return identity(secret);
      },
      TagResource: async ({ SecretId, Tags }) => {
        const secret = this.#live(SecretId);
        const names = new Set(Tags.map(({ Key }: any) => Key));
        secret.tags = [...secret.tags.filter(({ Key }) => !names.has(Key)), ...Tags];
      },
      UntagResource: async ({ SecretId, TagKeys }) => {
        const secret = this.#live(SecretId);
        secret.tags = secret.tags.filter(({ Key }) => !TagKeys.includes(Key));
      },
      GetRandomPassword: async (input) => ({ RandomPassword: randomPassword(input) }),
    };
  }

  #create(input: any): object {
    if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(input.Name)) {
      throw invalidParameter(
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
      );
    }
    const existing = this.#secrets.get(input.Name);
    if (existing?.deleted) {
      throw invalidRequest(
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    }
    if (existing) {
      throw new ServiceError(
        'ResourceExistsException',
        `The operation failed because the secret ${input.Name} already exists.`,
      );
    }
    const now = this.#context.clock.now();
    const { region, account } = this.#context;
    const secret = new Secret(input.Name, `arn:aws:secretsmanager:${region}:${account}:secret:`, now);
    secret.description = input.Description || undefined;
    secret.kmsKeyId = input.KmsKeyId;
    secret.tags = input.Tags ?? [];
    const version = hasValue(input) ? secret.addVersion(input, ['AWSCURRENT'], now) : undefined;
    this.#secrets.set(secret.name, secret);
    return { ...identity(secret), VersionId: version?.id };
  }

  #value(input: any): object {
    const secret = this.#live(input.SecretId);
    const version = secret.version(input);
    // AWS notes accesses by the day.
    const today = new Date(Math.floor(this.#context.clock.now().getTime() / day) * day);
    version.accessed = today;
    secret.accessed = today;
    return {
      ...identity(secret),
      VersionId: version.id,
      SecretString: version.string,
      SecretBinary: version.binary,
      VersionStages: stagesOf(version),
      CreatedDate: version.created,
    };
  }

  #putValue(input: any): object {
    const secret = this.#live(input.SecretId);
    if (!hasValue(input)) throw invalidParameter('You must provide either SecretString or SecretBinary.');
    const version = secret.addVersion(
      input,
      input.VersionStages ?? ['AWSCURRENT'],
      this.#context.clock.now(),
    );
    return { ...identity(secret), VersionId: version.id, VersionStages: stagesOf(version) };
  }

  #update(input: any): object {
    const secret = this.#live(input.SecretId);
    const now = this.#context.clock.now();
    if (input.Description !== undefined) secret.description = input.Description || undefined;
    if (input.KmsKeyId !== undefined) secret.kmsKeyId = input.KmsKeyId;
    secret.changed = now;
    const version = hasValue(input) ? secret.addVersion(input, ['AWSCURRENT'], now) : undefined;
    return { ...identity(secret), VersionId: version?.id };
  }

  #updateStage({ SecretId, VersionStage, RemoveFromVersionId, MoveToVersionId }: any): object {
    const secret = this.#live(SecretId);
    const holder = secret.holderOf(VersionStage);
    const target = MoveToVersionId === undefined ? undefined : secret.version({ VersionId: MoveToVersionId });
    if (RemoveFromVersionId === undefined && holder && holder !== target)
      throw wrongHolder(VersionStage, holder);
    if (!target && VersionStage === 'AWSCURRENT') {
      throw invalidParameter(
        'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
      );
    }
    secret.moveStage(VersionStage, target);
    secret.changed = this.#context.clock.now();
    return identity(secret);
  }

  #describe(secret: Secret): object {
    const labelled = [...secret.versions.values()].filter(({ stages }) => stages.size > 0);
    return {
      ...identity(secret),
      Description: secret.description,
      KmsKeyId: secret.kmsKeyId,
      Tags: secret.tags.length > 0 ? secret.tags : undefined,
      CreatedDate: secret.created,
      LastChangedDate: secret.changed,
      LastAccessedDate: secret.accessed,
      DeletedDate: secret.deleted,
      VersionIdsToStages:
        labelled.length > 0
          ? Object.fromEntries(labelled.map((version) => [version.id, stagesOf(version)]))
          : undefined,
    };
  }

  #listVersions({ SecretId, IncludeDeprecated = false }: any): object {
    const secret = this.#find(SecretId);
    const Versions = [...secret.versions.values()]
      .filter(({ stages }) => IncludeDeprecated || stages.size > 0)
      .map((version) => ({
        VersionId: version.id,
        VersionStages: stagesOf(version),
        CreatedDate: version.created,
        LastAccessedDate: version.accessed,
        KmsKeyIds: [secret.kmsKeyId ?? 'DefaultEncryptionKey'],
      }));
    return { ...identity(secret), Versions };
  }

  #list({ Filters = [], IncludePlannedDeletion = false }: any): object {
    const unsupported = Filters.find(({ Key }: any) => Key !== 'name');
    if (unsupported)
      throw invalidParameter(`The sandbox filters secrets by name only, got ${unsupported.Key}`);
    const SecretList = this.#all()
      .filter((secret) => IncludePlannedDeletion || !secret.deleted)
      .filter(({ name }) =>
        Filters.every(({ Values }: any) => Values.some((prefix: string) => name.startsWith(prefix))),
      )
      .map((secret) => {
        const { VersionIdsToStages, ...members } = this.#describe(secret) as any;
        return { ...members, SecretVersionsToStages: VersionIdsToStages };
      });
    return { SecretList };
  }

  #delete({ SecretId, ForceDeleteWithoutRecovery = false, RecoveryWindowInDays }: any): object {
    if (ForceDeleteWithoutRecovery && RecoveryWindowInDays !== undefined) {
      throw invalidParameter(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
      );
    }
    const secret = this.#find(SecretId);
    const now = this.#context.clock.now();
    if (ForceDeleteWithoutRecovery) {
      this.#secrets.delete(secret.name);
      return { ...identity(secret), DeletionDate: now };
    }
    if (secret.deleted) throw markedForDeletion();
    const days = RecoveryWindowInDays ?? 30;
    if (days < 7 || days > 30)
      throw invalidParameter('RecoveryWindowInDays value must be between 7 and 30 days');
    secret.deleted = new Date(now.getTime() + days * day);
    return { ...identity(secret), DeletionDate: secret.deleted };
  }

  /** Secrets whose recovery window has ended are gone. */
  #all(): Secret[] {
    const now = this.#context.clock.now();
    for (const secret of this.#secrets.values()) {
      if (secret.deleted && secret.deleted <= now) this.#secrets.delete(secret.name);
    }
    return [...this.#secrets.values()];
  }

  /** By name, by ARN, or by ARN without the random characters at its end. */
  #find(id: string): Secret {
    const secret = this.#all().find(({ name, arn }) => id === name || id === arn || id === arn.slice(0, -7));
    if (!secret) throw secretNotFound();
    return secret;
  }

  #live(id: string): Secret {
    const secret = this.#find(id);
    if (secret.deleted) throw markedForDeletion();
    return secret;
  }
}

function identity({ arn, name }: Secret): { ARN: string; Name: string } {
  return { ARN: arn, Name: name };
}

function hasValue({ SecretString, SecretBinary }: any): boolean {
  return SecretString !== undefined || SecretBinary !== undefined;
}

function wrongHolder(stage: string, holder: SecretVersion | undefined): ServiceError {
  return invalidParameter(
    holder
      ? `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`
      : `Staging label ${stage} is not attached to any version.`,
  );
}
