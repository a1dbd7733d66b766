import { KMSClient } from '@aws-sdk/client-kms';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings, s3Settings } from '../../lib/adapters/aws/clients.ts';
import { clusterLock } from '../../lib/adapters/aws/cluster-lock.ts';
import { s3ControlStore } from '../../lib/adapters/aws/control-store.ts';
import { rdsInstances } from '../../lib/adapters/aws/instances.ts';
import { readPolicy } from '../../lib/adapters/aws/policy-file.ts';
import { runState } from '../../lib/adapters/aws/run-state.ts';
import { awsTrail } from '../../lib/adapters/aws/trail/trail.ts';
import { parseEnvironment } from '../environment.ts';
import { type Composition, serve } from '../step.ts';
import { DescribeClone } from './describe-clone.ts';
import { DescribeRestorable } from './describe-restorable.ts';
import { CloseNetwork, OpenNetwork, ReopenNetwork } from './network.ts';
import { ApplyParity, ReadParity } from './parity.ts';
import type { RestorePorts } from './ports.ts';
import { RemoveClones } from './remove-clones.ts';
import { StartClone } from './start-clone.ts';

async function main(): Promise<Composition<RestorePorts>> {
  const environment = parseEnvironment(
    process.env,
    'QUARANTINE_SECURITY_GROUP',
    'QUARANTINE_PARAMETER_GROUP',
    'FENCED_SECURITY_GROUP',
  );
  const s3 = new S3Client(s3Settings);
  const store = s3ControlStore(s3, environment.CONTROL_BUCKET);
  return {
    ports: {
      instances: rdsInstances(new RDSClient(clientSettings)),
      documents: runState(store),
      policy: await readPolicy(s3, environment),
      quarantine: {
        securityGroup: environment.QUARANTINE_SECURITY_GROUP,
        parameterGroup: environment.QUARANTINE_PARAMETER_GROUP,
      },
      fencedGroup: environment.FENCED_SECURITY_GROUP,
      now: Date.now,
    },
    lock: clusterLock(store),
    trail: awsTrail(environment, { s3, kms: new KMSClient(clientSettings) }),
  };
}

export const handler = serve(
  [
    StartClone,
    DescribeClone,
    ApplyParity,
    ReadParity,
    CloseNetwork,
    ReopenNetwork,
    OpenNetwork,
    RemoveClones,
    DescribeRestorable,
  ],
  main,
);
