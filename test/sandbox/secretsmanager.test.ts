import { describe, expect, test } from '@jest/globals';
import { scaledClock } from '../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../lib/sandbox/context.ts';
import { SecretsManagerService } from '../../lib/sandbox/secretsmanager/service.ts';

function secrets() {
  const context = new ServiceDirectory({
    account: '111122223333',
    region: 'eu-central-1',
    clock: scaledClock(1),
    directory: '/nonexistent',
    log: () => {},
  });
  context.register(new SecretsManagerService(context));
  return (operation: string, input: object) => context.call('secretsmanager', operation, input);
}

test('the value that was current becomes the previous one', async () => {
  const call = secrets();
  const { ARN } = await call('CreateSecret', { Name: 'orders/app', SecretString: 'one' });

  await call('PutSecretValue', { SecretId: 'orders/app', SecretString: 'two' });

  const current = await call('GetSecretValue', { SecretId: ARN });
  const previous = await call('GetSecretValue', { SecretId: 'orders/app', VersionStage: 'AWSPREVIOUS' });
  expect([current.SecretString, previous.SecretString]).toEqual(['two', 'one']);
});

test('a pending value becomes current when the label is moved', async () => {
  const call = secrets();
  const SecretId = 's';
  const first = await call('CreateSecret', { Name: SecretId, SecretString: 'one' });
  const pending = await call('PutSecretValue', {
    SecretId,
    SecretString: 'two',
    VersionStages: ['AWSPENDING'],
  });
  const move = (RemoveFromVersionId?: string) =>
    call('UpdateSecretVersionStage', {
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: pending.VersionId,
      RemoveFromVersionId,
    });

  await expect(move()).rejects.toMatchObject({ code: 'InvalidParameterException' });
  await move(first.VersionId);

  expect((await call('GetSecretValue', { SecretId })).SecretString).toBe('two');
  const { VersionIdsToStages } = await call('DescribeSecret', { SecretId });
  expect(VersionIdsToStages).toEqual({
    [first.VersionId]: ['AWSPREVIOUS'],
    [pending.VersionId]: ['AWSCURRENT', 'AWSPENDING'],
  });
});

test('the same token is the same version; with another value it is refused', async () => {
  const call = secrets();
  await call('CreateSecret', { Name: 's', SecretString: 'one' });
  const again = (SecretString: string) =>
    call('PutSecretValue', { SecretId: 's', SecretString, ClientRequestToken: 'token' });

  const one = await again('two');
  const two = await again('two');

  expect(two.VersionId).toBe(one.VersionId);
  await expect(again('three')).rejects.toMatchObject({ code: 'ResourceExistsException' });
});

test('a deleted secret is not read, and its name is free only after a forced deletion', async () => {
  const call = secrets();
  await call('CreateSecret', { Name: 's', SecretString: 'one' });

  await call('DeleteSecret', { SecretId: 's' });

  await expect(call('GetSecretValue', { SecretId: 's' })).rejects.toMatchObject({
    code: 'InvalidRequestException',
  });
  await expect(call('CreateSecret', { Name: 's' })).rejects.toMatchObject({
    code: 'InvalidRequestException',
  });
  await call('DeleteSecret', { SecretId: 's', ForceDeleteWithoutRecovery: true });
  await expect(call('CreateSecret', { Name: 's', SecretString: 'x' })).resolves.toBeDefined();
});

describe('GetRandomPassword', () => {
  test('has every kind of character that is not excluded', async () => {
    const { RandomPassword } = await secrets()('GetRandomPassword', {
      PasswordLength: 12,
      ExcludePunctuation: true,
      ExcludeCharacters: 'abc',
    });

    expect(RandomPassword).toMatch(/^(?=.*[d-z])(?=.*[A-Z])(?=.*\d)[d-zA-Z\d]{12}$/);
  });

  test('refuses a length in which not every kind has room', async () => {
    await expect(secrets()('GetRandomPassword', { PasswordLength: 3 })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });
});
