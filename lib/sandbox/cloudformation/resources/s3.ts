import type { ResourceType } from '../resource-type.ts';

const bucket: ResourceType = {
  type: 'AWS::S3::Bucket',
  honoured: ['BucketName', 'VersioningConfiguration', 'ObjectLockEnabled', 'ObjectLockConfiguration'],
  withoutEffect: {
    BucketEncryption: 'objects lie unencrypted in the sandbox’s directory',
    PublicAccessBlockConfiguration: 'nothing outside this machine can reach the sandbox',
    OwnershipControls: 'there is one account',
    LifecycleConfiguration: 'objects are kept until the sandbox stops',
    LoggingConfiguration: 'there are no access logs',
    Tags: 'nothing reads them',
  },
  async create({ properties, name, call, context }) {
    const Bucket = name(properties.BucketName, { limit: 63, lowercase: true });
    const { ObjectLockConfiguration, VersioningConfiguration } = properties;
    const locked = properties.ObjectLockEnabled === true || ObjectLockConfiguration !== undefined;
    await call('s3', 'CreateBucket', {
      Bucket,
      CreateBucketConfiguration: { LocationConstraint: context.region },
      ...(locked && { ObjectLockEnabledForBucket: true }),
    });
    if (VersioningConfiguration && !locked)
      await call('s3', 'PutBucketVersioning', { Bucket, VersioningConfiguration });
    if (ObjectLockConfiguration) {
      await call('s3', 'PutObjectLockConfiguration', { Bucket, ObjectLockConfiguration });
    }
    return {
      id: Bucket,
      attributes: {
        Arn: `arn:aws:s3:::${Bucket}`,
        DomainName: `${Bucket}.s3.amazonaws.com`,
        RegionalDomainName: `${Bucket}.s3.${context.region}.amazonaws.com`,
      },
    };
  },
};

const bucketPolicy: ResourceType = {
  type: 'AWS::S3::BucketPolicy',
  honoured: ['Bucket', 'PolicyDocument'],
  async create({ properties, call }) {
    await call('s3', 'PutBucketPolicy', {
      Bucket: properties.Bucket,
      Policy: JSON.stringify(properties.PolicyDocument),
    });
    return { id: `${properties.Bucket}-policy` };
  },
};

export default [bucket, bucketPolicy];
