import { KMSClient } from '@aws-sdk/client-kms';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { awsAccount } from '../../lib/adapters/aws/account.ts';
import { clientSettings, s3Settings } from '../../lib/adapters/aws/clients.ts';
import { clusterLock } from '../../lib/adapters/aws/cluster-lock.ts';
import { s3ControlStore } from '../../lib/adapters/aws/control-store.ts';
import { route53Records } from '../../lib/adapters/aws/dns-records.ts';
import { sfnExecutions } from '../../lib/adapters/aws/executions.ts';
import { rdsInstances } from '../../lib/adapters/aws/instances.ts';
import { snsNotices } from '../../lib/adapters/aws/notices.ts';
import { readPolicy } from '../../lib/adapters/aws/policy-file.ts';
import { runState } from '../../lib/adapters/aws/run-state.ts';
import { awsTrail } from '../../lib/adapters/aws/trail/trail.ts';
import { parseEnvironment } from '../environment.ts';
import { type Composition, serve } from '../step.ts';
import { CheckPreconditions } from './check-preconditions.ts';
import { Close, CloseReversed } from './close.ts';
import { Declare } from './declare.ts';
import { PagePeople } from './page-people.ts';
import type { PlanPorts } from './ports.ts';
import { RecordPointOfNoReturn } from './record-point-of-no-return.ts';
import { RecordRefusal } from './record-refusal.ts';
import { TakeOver } from './take-over.ts';

async function main(): Promise<Composition<PlanPorts>> {
  const environment = parseEnvironment(process.env, 'LONGEST_FUNCTION_TIMEOUT_SECONDS');
  const s3 = new S3Client(s3Settings);
  const kms = new KMSClient(clientSettings);
  const rds = new RDSClient(clientSettings);
  const store = s3ControlStore(s3, environment.CONTROL_BUCKET);
  const lock = clusterLock(store);
  const policy = await readPolicy(s3, environment);
  return {
    ports: {
      policy,
      policyHash: environment.POLICY_SHA256,
      lock,
      documents: runState(store),
      executions: sfnExecutions(new SFNClient(clientSettings)),
      instances: rdsInstances(rds),
      records: route53Records(new Route53Client(clientSettings), policy.zone.id),
      account: awsAccount({ rds, kms }),
      notices: snsNotices(new SNSClient(clientSettings), environment.TOPIC_ARN),
      longestFunctionTimeoutSeconds: environment.LONGEST_FUNCTION_TIMEOUT_SECONDS,
      now: Date.now,
    },
    lock,
    trail: awsTrail(environment, { s3, kms }),
  };
}

export const handler = serve(
  [
    Declare,
    RecordRefusal,
    CheckPreconditions,
    RecordPointOfNoReturn,
    PagePeople,
    Close,
    TakeOver,
    CloseReversed,
  ],
  main,
);
