/** Takes the evidence out of the bucket, and lets the public command verify what was taken out. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { exportEvidence } from '../../../lib/adapters/aws/trail/export.ts';
import { trustOfStack } from '../../../lib/adapters/aws/trail/stack-trust.ts';
import type { Check } from './report.ts';
import type { Stage } from './stage.ts';

const command = new URL('../../../bin/rollback.js', import.meta.url).pathname;
const evidenceStack = 'safe-rollback-evidence';
/** What a whole trail gets as long as nothing vouches that no more was written. */
const endUnproven = 3;

/** Writes `evidence/` and `trust.json` into the stage's folder. */
export async function collectEvidence(stage: Stage): Promise<void> {
  const { outputs, directory } = stage;
  await exportEvidence(new S3Client({}), outputs.EvidenceBucketName!, directory);
  const clients = { cloudFormation: new CloudFormationClient({}), kms: new KMSClient({}) };
  const trust = await trustOfStack(clients, evidenceStack, [outputs.PolicySha256!]);
  await writeFile(join(directory, 'trust.json'), `${JSON.stringify(trust, null, 2)}\n`);
}

export async function verifyEvidence(directory: string): Promise<Check> {
  const child = spawn(
    process.execPath,
    [command, 'audit', 'verify', join(directory, 'evidence'), '--trust', join(directory, 'trust.json')],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const [status] = (await once(child, 'close')) as [number | null];
  return {
    name: 'the evidence verifies: all that is there holds',
    ok: status === 0 || status === endUnproven,
    detail: said.trim(),
  };
}
