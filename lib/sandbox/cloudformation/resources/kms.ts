import type { ResourceType } from '../resource-type.ts';

const key: ResourceType = {
  type: 'AWS::KMS::Key',
  honoured: ['Description', 'KeyPolicy', 'KeySpec', 'KeyUsage', 'MultiRegion', 'Tags'],
  withoutEffect: {
    EnableKeyRotation: 'no sandbox lives long enough for a rotation',
    RotationPeriodInDays: 'no sandbox lives long enough for a rotation',
    PendingWindowInDays: 'stacks are not deleted',
    Enabled: 'a new key is enabled',
  },
  async create({ properties, call }) {
    const { KeyMetadata } = await call('kms', 'CreateKey', {
      Description: properties.Description,
      KeySpec: properties.KeySpec,
      KeyUsage: properties.KeyUsage,
      MultiRegion: properties.MultiRegion,
      ...(properties.KeyPolicy && { Policy: JSON.stringify(properties.KeyPolicy) }),
      ...(properties.Tags && {
        Tags: properties.Tags.map((tag: any) => ({ TagKey: tag.Key, TagValue: tag.Value })),
      }),
    });
    return { id: KeyMetadata.KeyId, attributes: { Arn: KeyMetadata.Arn, KeyId: KeyMetadata.KeyId } };
  },
};

const alias: ResourceType = {
  type: 'AWS::KMS::Alias',
  honoured: ['AliasName', 'TargetKeyId'],
  async create({ properties, call }) {
    const { AliasName, TargetKeyId } = properties;
    await call('kms', 'CreateAlias', { AliasName, TargetKeyId });
    return { id: AliasName };
  },
};

export default [key, alias];
