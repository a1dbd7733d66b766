import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings, s3Settings } from '../../lib/adapters/aws/clients.ts';
import { s3ShardItems } from '../../lib/adapters/aws/trail/items.ts';
import { awsTrail } from '../../lib/adapters/aws/trail/trail.ts';
import { parseEnvironment } from '../environment.ts';
import { type Composition, serve } from '../step.ts';
import { FinishLane } from './finish-lane.ts';
import { Fork } from './fork.ts';
import { Join } from './join.ts';
import type { EvidencePorts } from './ports.ts';
import { Seal } from './seal.ts';

function main(): Composition<EvidencePorts> {
  const environment = parseEnvironment(process.env);
  const s3 = new S3Client(s3Settings);
  const kms = new KMSClient(clientSettings);
  return {
    ports: { items: s3ShardItems(s3, environment.CONTROL_BUCKET) },
    trail: awsTrail(environment, { s3, kms }),
  };
}

export const handler = serve([Fork, FinishLane, Join, Seal], main);
