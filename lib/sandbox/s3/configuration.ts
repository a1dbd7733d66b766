import { ServiceError } from '../contract.ts';
import { PolicyError, parsePolicy } from '../resource-policy/document.ts';
import type { Bucket } from './bucket.ts';
import { malformedXml } from './errors.ts';
import { defaultRetentionOf } from './lock.ts';

/** Operations on a bucket's configuration; the caller has found the bucket and checked access. */
export const configurationOperations: Record<string, (bucket: Bucket, input: any) => object> = {
  PutBucketVersioning(bucket, { VersioningConfiguration: { Status } = {} as any }) {
    if (Status === undefined) {
      throw new ServiceError(
        'IllegalVersioningConfigurationException',
        'The Versioning element must be specified',
      );
    }
    if (Status !== 'Enabled' && Status !== 'Suspended') throw malformedXml();
    if (Status === 'Suspended' && bucket.objectLock) {
      throw invalidState(
        'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
      );
    }
    bucket.versioning = Status;
    return {};
  },

  GetBucketVersioning: (bucket) => ({ Status: bucket.versioning }),

  PutObjectLockConfiguration(bucket, { ObjectLockConfiguration }) {
    const retention = defaultRetentionOf(ObjectLockConfiguration);
    if (bucket.versioning !== 'Enabled') {
      throw invalidState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
    }
    bucket.objectLock = true;
    bucket.defaultRetention = retention;
    return {};
  },

  GetObjectLockConfiguration(bucket) {
    if (!bucket.objectLock) {
      throw notFound(
        'ObjectLockConfigurationNotFoundError',
        'Object Lock configuration does not exist for this bucket',
        bucket,
      );
    }
    const rule = bucket.defaultRetention;
    return {
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: rule && { DefaultRetention: { Mode: rule.mode, Days: rule.days, Years: rule.years } },
      },
    };
  },

  PutBucketPolicy(bucket, { Policy }) {
    try {
      bucket.policy = parsePolicy(Policy);
    } catch (error) {
      if (error instanceof PolicyError) throw new ServiceError('MalformedPolicy', error.message);
      throw error;
    }
    return {};
  },

  GetBucketPolicy(bucket) {
    if (!bucket.policy) throw notFound('NoSuchBucketPolicy', 'The bucket policy does not exist', bucket);
    return { Policy: bucket.policy.text };
  },

  DeleteBucketPolicy(bucket) {
    bucket.policy = undefined;
    return {};
  },

  ...keptSetting('BucketEncryption', 'ServerSideEncryptionConfiguration', {
    code: 'ServerSideEncryptionConfigurationNotFoundError',
    message: 'The server side encryption configuration was not found',
  }),
  ...keptSetting('PublicAccessBlock', 'PublicAccessBlockConfiguration', {
    code: 'NoSuchPublicAccessBlockConfiguration',
    message: 'The public access block configuration was not found',
  }),
  ...keptSetting('BucketOwnershipControls', 'OwnershipControls', {
    code: 'OwnershipControlsNotFoundError',
    message: 'The bucket ownership controls were not found',
  }),
  ...keptSetting('BucketTagging', 'Tagging', {
    code: 'NoSuchTagSet',
    message: 'The TagSet does not exist',
    shown: (tagging) => ({ TagSet: tagging.TagSet }),
  }),
};

/**
 * A setting that changes nothing which a sandbox could show (objects are never public, never on AWS's disks):
 * it is kept and given back.
 */
function keptSetting(
  name: string,
  member: string,
  absent: { code: string; message: string; shown?: (value: any) => object },
): Record<string, (bucket: Bucket, input: any) => object> {
  return {
    [`Put${name}`](bucket, input) {
      bucket.settings.set(name, input[member]);
      return {};
    },
    [`Get${name}`](bucket) {
      const value = bucket.settings.get(name);
      if (value === undefined) throw notFound(absent.code, absent.message, bucket);
      return absent.shown?.(value) ?? { [member]: value };
    },
  };
}

function notFound(code: string, message: string, bucket: Bucket): ServiceError {
  return new ServiceError(code, message, { status: 404, fields: { BucketName: bucket.name } });
}

function invalidState(message: string): ServiceError {
  return new ServiceError('InvalidBucketState', message, { status: 409 });
}
