import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { RollbackError } from '../../domain/errors.ts';
import { send } from './errors.ts';

const login = z.object({
  username: z.string().check(z.minLength(1)),
  password: z.string().check(z.minLength(1)),
});
type SecretLogin = z.infer<typeof login>;

/** Logins kept as secrets `{"username": …, "password": …}`; further members of a secret are kept as they are. */
export function secretLogins(client: SecretsManagerClient) {
  const value = async (secret: string, VersionId?: string) =>
    send(client, new GetSecretValueCommand({ SecretId: secret, VersionId }));

  return {
    /** The login in force. Throws `NotConfigured` where the secret is not of that form. */
    async current(secret: string): Promise<SecretLogin> {
      return parse(secret, (await value(secret)).SecretString);
    },

    /**
     * The pending version that `requestToken` names (32 to 64 characters): made from the current one with `password`
     * at the first call, read back at every later one.
     */
    async pending(secret: string, requestToken: string, password: string): Promise<SecretLogin> {
      const made = await value(secret, requestToken).catch((error: Error) => {
        if (error.name === 'ResourceNotFoundException') return undefined;
        throw error;
      });
      if (made) return parse(secret, made.SecretString);
      const { SecretString } = await value(secret);
      const next = { ...parse(secret, SecretString), ...JSON.parse(SecretString!), password };
      await send(
        client,
        new PutSecretValueCommand({
          SecretId: secret,
          ClientRequestToken: requestToken,
          SecretString: JSON.stringify(next),
          VersionStages: ['AWSPENDING'],
        }),
      );
      return parse(secret, JSON.stringify(next));
    },

    /** Makes the version that `requestToken` names the current one. */
    async promote(secret: string, requestToken: string): Promise<void> {
      const { VersionId } = await value(secret);
      if (VersionId === requestToken) return;
      await send(
        client,
        new UpdateSecretVersionStageCommand({
          SecretId: secret,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: requestToken,
          RemoveFromVersionId: VersionId,
        }),
      );
    },
  };
}

function parse(secret: string, text: string | undefined): SecretLogin {
  let content: unknown;
  try {
    content = JSON.parse(text ?? '');
  } catch {
    content = undefined;
  }
  const parsed = z.safeParse(login, content);
  if (parsed.success) return parsed.data;
  throw new RollbackError(
    'NotConfigured',
    `Secret ${secret}: expected {"username": …, "password": …}, got ${content === undefined ? 'no JSON' : 'another form'}.`,
  );
}
