import { kmsNeeds } from './kms.ts';
import type { NeedsOf } from './need.ts';
import { rdsNeeds } from './rds.ts';
import { tableNeeds } from './resources.ts';
import { route53Needs } from './route53.ts';
import { s3Needs } from './s3.ts';

/**
 * By signing name: which actions on which resources a request needs, after AWS's Service Authorization Reference.
 */
export const needsByService: Record<string, NeedsOf> = {
  ...tableNeeds,
  s3: s3Needs,
  rds: rdsNeeds,
  route53: route53Needs,
  kms: kmsNeeds,
};
