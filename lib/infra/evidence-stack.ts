import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AccountRootPrincipal, type IPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { type Duty, duties } from './areas.ts';
import type { Evidence } from './evidence.ts';
import { EvidenceBucket } from './evidence-bucket.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface EvidenceStackProps extends StackProps {
  /** A DNS name of the owner's, first part of the log's origin. */
  domain: string;
  retentionDays: number;
  /** Who may become the auditor; the account's own administrators decide where it is not given. */
  auditors?: IPrincipal;
}

/** Where evidence lies and what signs it. It outlives every cluster and may have an account of its own. */
export class EvidenceStack extends Stack {
  readonly evidence: Evidence;

  constructor(scope: Construct, id: string, props: EvidenceStackProps) {
    super(scope, id, props);
    const bucketName = `safe-rollback-evidence-${this.account}-${this.region}`;
    const { bucket } = new EvidenceBucket(this, 'Evidence', {
      bucketName,
      retentionDays: props.retentionDays,
    });
    const origin = `${props.domain}/${this.account}/${this.region}/${bucketName}`;
    const keys = Object.fromEntries(
      duties.map((duty) => [duty, { keyArn: this.signingKey(duty).keyArn, name: `${origin}/${duty}` }]),
    ) as Evidence['keys'];
    this.evidence = { bucketName, bucketArn: `arn:${this.partition}:s3:::${bucketName}`, origin, keys };
    this.auditorRole(props.auditors ?? new AccountRootPrincipal());
    new CfnOutput(this, 'EvidenceBucketName', { value: bucket.bucketName });
    new CfnOutput(this, 'EvidenceOrigin', { value: origin });
    new CfnOutput(this, 'EvidenceRetentionDays', { value: String(props.retentionDays) });
  }

  /** Ed25519: deterministic, and the native key of signed notes. */
  private signingKey(duty: Duty): Key {
    const key = new Key(this, `SigningKey${duty}`, {
      description: `Signs what is recorded under the duty: ${duty}`,
      alias: `alias/safe-rollback/${duty}`,
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new CfnOutput(this, `SigningKeyArn${duty}`, { value: key.keyArn });
    return key;
  }

  private auditorRole(auditors: IPrincipal): void {
    const role = new Role(this, 'Auditor', {
      roleName: `safe-rollback-auditor-${this.region}`,
      description: 'Reads the evidence and the public keys; changes nothing',
      assumedBy: auditors,
    });
    const readEvidence = new PolicyStatement({
      sid: 'ReadEvidence',
      actions: [
        's3:GetObject',
        's3:GetObjectVersion',
        's3:GetObjectRetention',
        's3:ListBucket',
        's3:ListBucketVersions',
        's3:GetBucketObjectLockConfiguration',
        's3:GetBucketPolicy',
        's3:GetBucketVersioning',
      ],
      resources: [this.evidence.bucketArn, `${this.evidence.bucketArn}/*`],
    });
    role.addToPolicy(readEvidence);
    role.addToPolicy(
      new PolicyStatement({
        sid: 'ReadPublicKeys',
        actions: ['kms:GetPublicKey', 'kms:DescribeKey'],
        resources: Object.values(this.evidence.keys).map((key) => key.keyArn),
      }),
    );
    acknowledgeWildcards(role, [readEvidence]);
    new CfnOutput(this, 'AuditorRoleArn', { value: role.roleArn });
  }
}
