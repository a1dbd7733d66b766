import { KMSClient } from '@aws-sdk/client-kms';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings, s3Settings } from '../../lib/adapters/aws/clients.ts';
import { clusterLock } from '../../lib/adapters/aws/cluster-lock.ts';
import { s3ControlStore } from '../../lib/adapters/aws/control-store.ts';
import { route53Records } from '../../lib/adapters/aws/dns-records.ts';
import { readPolicy } from '../../lib/adapters/aws/policy-file.ts';
import { runState } from '../../lib/adapters/aws/run-state.ts';
import { awsTrail } from '../../lib/adapters/aws/trail/trail.ts';
import { parseEnvironment } from '../environment.ts';
import { type Composition, serve } from '../step.ts';
import { CheckInSync, MoveNames, RestoreNames } from './names.ts';
import type { CutoverPorts } from './ports.ts';
import { LowerTtl, RestoreTtl } from './ttl.ts';

async function main(): Promise<Composition<CutoverPorts>> {
  const environment = parseEnvironment(process.env);
  const s3 = new S3Client(s3Settings);
  const store = s3ControlStore(s3, environment.CONTROL_BUCKET);
  const policy = await readPolicy(s3, environment);
  return {
    ports: {
      records: route53Records(new Route53Client(clientSettings), policy.zone.id),
      documents: runState(store),
      policy,
    },
    lock: clusterLock(store),
    trail: awsTrail(environment, { s3, kms: new KMSClient(clientSettings) }),
  };
}

export const handler = serve([LowerTtl, MoveNames, CheckInSync, RestoreNames, RestoreTtl], main);
