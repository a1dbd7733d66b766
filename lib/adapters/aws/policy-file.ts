import { createHash } from 'node:crypto';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { RollbackError } from '../../domain/errors.ts';
import { type Policy, parsePolicy } from '../../domain/policy/policy.ts';
import { send } from './errors.ts';

/**
 * The cluster's policy as it was deployed, JSON, proven by its hash: what goes on record is what rules.
 * Throws `InvalidPolicy`, `UnknownCluster`.
 */
export async function readPolicy(
  s3: S3Client,
  { POLICY_URI, POLICY_SHA256, CLUSTER }: { POLICY_URI: string; POLICY_SHA256: string; CLUSTER: string },
): Promise<Policy> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(POLICY_URI)!;
  const { Body } = await send(s3, new GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = await Body!.transformToByteArray();
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash !== POLICY_SHA256) {
    throw new RollbackError(
      'InvalidPolicy',
      `The policy at ${POLICY_URI}: expected SHA-256 ${POLICY_SHA256}, got ${hash}.`,
    );
  }
  const policy = parsePolicy(JSON.parse(Buffer.from(bytes).toString('utf8')));
  if (policy.cluster === CLUSTER) return policy;
  throw new RollbackError(
    'UnknownCluster',
    `The policy is of cluster ${policy.cluster}, expected ${CLUSTER}, which this stack is for.`,
  );
}
