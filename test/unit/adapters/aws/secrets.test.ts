import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from '@jest/globals';
import { secretLogins } from '../../../../lib/adapters/aws/secrets.ts';

/** A secret with versions, answering as the service does. */
function fakeSecret(text: string) {
  const versions = new Map([['v1', text]]);
  let current = 'v1';
  const client = {
    async send(command: { constructor: { name: string }; input: any }) {
      const { input } = command;
      switch (command.constructor.name) {
        case 'GetSecretValueCommand': {
          const VersionId = input.VersionId ?? current;
          const SecretString = versions.get(VersionId);
          if (SecretString !== undefined) return { SecretString, VersionId };
          throw Object.assign(new Error('not there'), { name: 'ResourceNotFoundException' });
        }
        case 'PutSecretValueCommand':
          versions.set(input.ClientRequestToken, input.SecretString);
          return {};
        default:
          if (input.RemoveFromVersionId !== current) throw new Error('not the current version');
          current = input.MoveToVersionId;
          return {};
      }
    },
  };
  return secretLogins(client as unknown as SecretsManagerClient);
}

test('a new password is pending until it is promoted, and made only once', async () => {
  const logins = fakeSecret('{"username":"app","password":"old","host":"db"}');

  const pending = await logins.pending('s', 'token', 'new');
  const again = await logins.pending('s', 'token', 'newer');

  expect(pending).toMatchObject({ username: 'app', password: 'new' });
  expect(again).toMatchObject({ password: 'new' });
  expect(await logins.current('s')).toMatchObject({ password: 'old' });
  await logins.promote('s', 'token');
  await logins.promote('s', 'token');
  expect(await logins.current('s')).toMatchObject({ password: 'new' });
});

test.each(['nonsense', '{"username":"app"}', '{"username":"","password":"p"}'])(
  'refuses %s',
  async (text) => {
    await expect(fakeSecret(text).current('orders/app')).rejects.toMatchObject({
      name: 'NotConfigured',
      message: expect.stringContaining('Secret orders/app: expected {"username": …, "password": …}'),
    });
  },
);
