import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { clientSettings, s3Settings } from '../../lib/adapters/aws/clients.ts';
import { clusterLock } from '../../lib/adapters/aws/cluster-lock.ts';
import { s3ControlStore } from '../../lib/adapters/aws/control-store.ts';
import { snsNotices } from '../../lib/adapters/aws/notices.ts';
import { readPolicy } from '../../lib/adapters/aws/policy-file.ts';
import { runState } from '../../lib/adapters/aws/run-state.ts';
import { awsTrail } from '../../lib/adapters/aws/trail/trail.ts';
import { parseEnvironment } from '../environment.ts';
import { type Composition, serve } from '../step.ts';
import type { DecisionPorts } from './ports.ts';
import { RecordApproval } from './record-approval.ts';
import { RecordPreauthorisation } from './record-preauthorisation.ts';
import { RequestApproval } from './request-approval.ts';

async function main(): Promise<Composition<DecisionPorts>> {
  const environment = parseEnvironment(process.env);
  const s3 = new S3Client(s3Settings);
  const store = s3ControlStore(s3, environment.CONTROL_BUCKET);
  return {
    ports: {
      policy: await readPolicy(s3, environment),
      store,
      documents: runState(store),
      notices: snsNotices(new SNSClient(clientSettings), environment.TOPIC_ARN),
      now: Date.now,
    },
    lock: clusterLock(store),
    trail: awsTrail(environment, { s3, kms: new KMSClient(clientSettings) }),
  };
}

export const handler = serve([RequestApproval, RecordApproval, RecordPreauthorisation], main);
