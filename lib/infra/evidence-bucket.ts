import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface EvidenceBucketProps {
  bucketName: string;
  /** Days for which nobody, root included, can delete a version. */
  retentionDays: number;
}

/** A bucket in which objects are written once, under COMPLIANCE retention, and never removed. */
export class EvidenceBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: EvidenceBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      bucketName: props.bucketName,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(props.retentionDays)),
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const statement of writeOnce(this.bucket, props.retentionDays)) {
      this.bucket.addToResourcePolicy(statement);
    }
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'Reads and writes of evidence are watched by CloudTrail data events, which the account’s owner keeps elsewhere; server access logs are best effort.',
    });
  }
}

/** Object Lock protects versions; these keep anybody from laying something over or beside them. */
function writeOnce(bucket: Bucket, retentionDays: number): PolicyStatement[] {
  const objects = bucket.arnForObjects('*');
  const denyAll = (
    sid: string,
    actions: string[],
    resource: string,
    conditions: Record<string, Record<string, unknown>> = {},
  ) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions,
      resources: [resource],
      conditions,
    });
  return [
    denyAll('OnlyWhereNothingIs', ['s3:PutObject'], objects, { Null: { 's3:if-none-match': 'true' } }),
    // A write under If-None-Match succeeds over a delete marker, so that no marker may be made.
    denyAll('NoDeletion', ['s3:DeleteObject', 's3:DeleteObjectVersion'], objects),
    denyAll('NoOwnRetentionMode', ['s3:PutObject'], objects, { Null: { 's3:object-lock-mode': 'false' } }),
    denyAll('NoOwnRetentionDate', ['s3:PutObject'], objects, {
      Null: { 's3:object-lock-retain-until-date': 'false' },
    }),
    denyAll('NoLegalHold', ['s3:PutObject'], objects, { Null: { 's3:object-lock-legal-hold': 'false' } }),
    denyAll('NoShorterRetention', ['s3:PutObjectRetention'], objects, {
      NumericLessThan: { 's3:object-lock-remaining-retention-days': String(retentionDays) },
    }),
    denyAll('NoBypass', ['s3:BypassGovernanceRetention'], objects),
    denyAll(
      'NoOtherLifecycle',
      ['s3:PutLifecycleConfiguration', 's3:PutBucketObjectLockConfiguration', 's3:PutBucketVersioning'],
      bucket.bucketArn,
    ),
  ];
}
