import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';

/** The cluster's policy as JSON under a name made of its hash: every run says which policy ruled it. */
export class PolicyAsset extends Construct {
  /** `s3://bucket/key` */
  readonly uri: string;
  /** SHA-256 of the object's bytes, hex. */
  readonly sha256: string;
  readonly read: PolicyStatement;

  constructor(scope: Construct, id: string, policy: unknown) {
    super(scope, id);
    const text = JSON.stringify(policy);
    this.sha256 = createHash('sha256').update(text).digest('hex');
    const directory = mkdtempSync(join(tmpdir(), 'rollback-policy-'));
    const path = join(directory, 'policy.json');
    writeFileSync(path, text);
    const asset = new Asset(this, 'Asset', { path });
    rmSync(directory, { recursive: true });
    this.uri = asset.s3ObjectUrl;
    this.read = new PolicyStatement({
      sid: 'ReadPolicy',
      actions: ['s3:GetObject'],
      resources: [asset.bucket.arnForObjects(asset.s3ObjectKey)],
    });
  }
}
