import type { ResourceType } from '../resource-type.ts';
import cloudwatch from './cloudwatch.ts';
import ec2 from './ec2.ts';
import events from './events.ts';
import iam from './iam.ts';
import kms from './kms.ts';
import lambda from './lambda.ts';
import logs from './logs.ts';
import rds from './rds.ts';
import s3 from './s3.ts';
import scheduler from './scheduler.ts';
import secretsmanager from './secretsmanager.ts';
import sns from './sns.ts';
import sqs from './sqs.ts';
import stepfunctions from './stepfunctions.ts';

const types = [
  ...cloudwatch,
  ...ec2,
  ...events,
  ...iam,
  ...kms,
  ...lambda,
  ...logs,
  ...rds,
  ...s3,
  ...scheduler,
  ...secretsmanager,
  ...sns,
  ...sqs,
  ...stepfunctions,
];

/** Every resource type that a template may have here. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  types.map((each) => [each.type, each]),
);
