import { actionsOf, requestKeys } from '../../s3/access.ts';
import type { NeedsOf } from './need.ts';

/** S3: a bucket or one of its objects; a copy reads its source, a list of deletions deletes each object. */
export const s3Needs: NeedsOf = (operation, input, view) => {
  if (operation === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  if (operation === 'DeleteObjects') {
    const { Bucket, Delete, BypassGovernanceRetention } = input;
    return (Delete?.Objects ?? []).flatMap(({ Key, VersionId }: any) =>
      needs('DeleteObject', { Bucket, Key, VersionId, BypassGovernanceRetention }, view.now()),
    );
  }
  if (operation === 'CopyObject') {
    const [path = '', VersionId] = String(input.CopySource).replace(/^\//, '').split('?versionId=');
    const [Bucket = '', ...key] = decodeURIComponent(path).split('/');
    return [
      ...needs('GetObject', { Bucket, Key: key.join('/'), VersionId }, view.now()),
      ...needs('PutObject', input, view.now()),
    ];
  }
  return needs(operation, input, view.now());
};

function needs(operation: string, input: any, now: Date) {
  const resource = `arn:aws:s3:::${input.Bucket}${input.Key === undefined ? '' : `/${input.Key}`}`;
  const tagging = operation === 'PutObject' && input.Tagging ? ['s3:PutObjectTagging'] : [];
  const keys = requestKeys(input, now);
  return [...actionsOf(operation, input), ...tagging].map((action) => ({ action, resource, keys }));
}
