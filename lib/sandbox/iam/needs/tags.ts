import type { RequestKeys } from '../../resource-policy/conditions.ts';

interface Tag {
  Key: string;
  Value?: string;
}

/** `aws:RequestTag/<key>` and `aws:TagKeys` of a request that sets or takes away tags. */
export function requestTags(tags: Tag[] | undefined, removed: string[] = []): RequestKeys {
  const set = tags ?? [];
  const names = [...set.map(({ Key }) => Key), ...removed];
  return {
    ...tagKeys('aws:RequestTag/', set),
    ...(names.length > 0 && { 'aws:TagKeys': names }),
  };
}

/** `aws:ResourceTag/<key>` of what a request is about. */
export function resourceTags(tags: Tag[] | undefined): RequestKeys {
  return tagKeys('aws:ResourceTag/', tags ?? []);
}

function tagKeys(prefix: string, tags: Tag[]): RequestKeys {
  return Object.fromEntries(tags.map(({ Key, Value }) => [`${prefix}${Key}`, Value ?? '']));
}
