import { randomInt } from 'node:crypto';
import { pick, type ResourceType } from '../resource-type.ts';

const secret: ResourceType = {
  type: 'AWS::SecretsManager::Secret',
  honoured: ['Name', 'Description', 'SecretString', 'GenerateSecretString', 'Tags'],
  withoutEffect: { KmsKeyId: 'secrets are in memory' },
  async create({ properties, name, call }) {
    const { GenerateSecretString: generated } = properties;
    const { ARN } = await call('secretsmanager', 'CreateSecret', {
      ...pick(properties, ['Description', 'Tags']),
      Name: name(properties.Name),
      SecretString: generated === undefined ? properties.SecretString : generatedSecret(generated),
    });
    return { id: ARN, attributes: { Id: ARN } };
  },
};

const sets = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};

function generatedSecret(settings: Record<string, any>): string {
  const excluded = settings.ExcludeCharacters ?? '';
  const alphabet = Object.entries(sets)
    .filter(([flag]) => settings[flag] !== true)
    .flatMap(([, characters]) => [...characters])
    .filter((character) => !excluded.includes(character));
  const length = settings.PasswordLength ?? 32;
  const password = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
  const { GenerateStringKey: key, SecretStringTemplate: template } = settings;
  return key === undefined ? password : JSON.stringify({ ...JSON.parse(template ?? '{}'), [key]: password });
}

export default [secret];
