import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** State that a run reads back: locks, plans, what was changed. Versioned, but not evidence and not locked. */
export function controlBucket(scope: Construct, bucketName: string): Bucket {
  const bucket = new Bucket(scope, 'Control', {
    bucketName,
    versioned: true,
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    lifecycleRules: [
      { id: 'OldVersions', noncurrentVersionExpiration: Duration.days(90) },
      { id: 'Uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'Holds no evidence; its versions say who replaced what, and CloudTrail data events who read it.',
  });
  return bucket;
}
