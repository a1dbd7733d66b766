import { type Principal, type SandboxContext, ServiceError } from '../contract.ts';
import type { RequestKeys } from '../resource-policy/conditions.ts';
import { decide } from '../resource-policy/decide.ts';
import type { Bucket } from './bucket.ts';

const day = 86_400_000;

/** Actions that need a name other than their operation's. */
const actions: Record<string, string> = {
  HeadBucket: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  HeadObject: 'GetObject',
  DeleteObjects: 'DeleteObject',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
};

const versioned = new Set(['GetObject', 'HeadObject', 'DeleteObject', 'DeleteObjects', 'GetObjectTagging']);

/**
 * Applies the Deny statements of the bucket's policy. What it allows is not asked: everyone in a sandbox is of
 * the bucket's own account.
 */
export function checkAccess(
  bucket: Bucket,
  operation: string,
  input: any,
  principal: Principal,
  { account, clock }: Pick<SandboxContext, 'account' | 'clock'>,
): void {
  if (!bucket.policy) return;
  // The account's root can always mend a policy that locks everybody out.
  if (/Bucket.*Policy$/.test(operation) && principal.arn === `arn:aws:iam::${account}:root`) return;
  const resource = `arn:aws:s3:::${bucket.name}${input.Key === undefined ? '' : `/${input.Key}`}`;
  for (const action of actionsOf(operation, input)) {
    const keys = requestKeys(input, clock.now());
    if (decide(bucket.policy, { action, resource, principal, account, keys }) !== 'deny') continue;
    throw new ServiceError(
      'AccessDenied',
      `User: ${principal.arn} is not authorized to perform: ${action} on resource: "${resource}" with an explicit deny in a resource-based policy`,
      { status: 403 },
    );
  }
}

/** What a request needs to be allowed, beside reading the source of a copy. */
export function actionsOf(operation: string, input: any): string[] {
  const name = actions[operation] ?? operation;
  const needed = [versioned.has(operation) && input.VersionId !== undefined ? `${name}Version` : name];
  if (operation === 'PutObject' && (input.ObjectLockMode ?? input.ObjectLockRetainUntilDate) !== undefined) {
    needed.push('PutObjectRetention');
  }
  if (operation === 'PutObject' && input.ObjectLockLegalHoldStatus !== undefined) {
    needed.push('PutObjectLegalHold');
  }
  if (input.BypassGovernanceRetention) needed.push('BypassGovernanceRetention');
  return needed.map((action) => `s3:${action}`);
}

/** What a policy's conditions can ask about a request. */
export function requestKeys(input: any, now: Date): RequestKeys {
  const until: Date | undefined = input.ObjectLockRetainUntilDate ?? input.Retention?.RetainUntilDate;
  return {
    's3:if-none-match': input.IfNoneMatch,
    's3:if-match': input.IfMatch,
    's3:object-lock-mode': input.ObjectLockMode ?? input.Retention?.Mode,
    's3:object-lock-retain-until-date': until?.toISOString(),
    's3:object-lock-remaining-retention-days': until && String(Math.ceil((+until - +now) / day)),
    's3:object-lock-legal-hold': input.ObjectLockLegalHoldStatus ?? input.LegalHold?.Status,
    's3:VersionId': input.VersionId,
    's3:prefix': input.Prefix,
    's3:delimiter': input.Delimiter,
    's3:max-keys': input.MaxKeys === undefined ? undefined : String(input.MaxKeys),
    's3:x-amz-acl': input.ACL,
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId,
    's3:x-amz-storage-class': input.StorageClass,
    's3:x-amz-copy-source': input.CopySource,
  };
}
