/** Condition keys that requests have here, in lower case; `/*` ends those that are followed by a tag's key. */

const everywhere = [
  'aws:currenttime',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalisawsservice',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:securetransport',
];

/** By the prefix of a service's actions; every service whose actions are judged is here. */
const keysByPrefix: Record<string, string[]> = {
  cloudformation: [],
  cloudwatch: ['cloudwatch:namespace'],
  ec2: [],
  events: [],
  iam: ['iam:passedtoservice'],
  kms: [
    'kms:grantisforawsresource',
    'kms:messagetype',
    'kms:requestalias',
    'kms:signingalgorithm',
    'kms:viaservice',
  ],
  lambda: [],
  logs: [],
  rds: ['aws:requesttag/*', 'aws:resourcetag/*', 'aws:tagkeys'],
  route53: [
    'route53:changeresourcerecordsetsactions',
    'route53:changeresourcerecordsetsnormalizedrecordnames',
    'route53:changeresourcerecordsetsrecordtypes',
  ],
  s3: [
    's3:delimiter',
    's3:if-match',
    's3:if-none-match',
    's3:max-keys',
    's3:object-lock-legal-hold',
    's3:object-lock-mode',
    's3:object-lock-remaining-retention-days',
    's3:object-lock-retain-until-date',
    's3:prefix',
    's3:versionid',
    's3:x-amz-acl',
    's3:x-amz-copy-source',
    's3:x-amz-server-side-encryption',
    's3:x-amz-server-side-encryption-aws-kms-key-id',
    's3:x-amz-storage-class',
  ],
  scheduler: [],
  secretsmanager: [],
  servicequotas: [],
  sns: [],
  sqs: [],
  states: [],
  sts: [],
};

/** Whether requests of a service are judged here at all. */
export function isJudged(prefix: string): boolean {
  return Object.hasOwn(keysByPrefix, prefix);
}

/** Whether requests of a service have this condition key. */
export function hasConditionKey(prefix: string, key: string): boolean {
  const name = key.toLowerCase();
  return [...everywhere, ...(keysByPrefix[prefix] ?? [])].some((known) =>
    known.endsWith('/*') ? name.startsWith(known.slice(0, -1)) : name === known,
  );
}
