import type { KMSClient } from '@aws-sdk/client-kms';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Actor } from '../../../domain/audit/record.ts';
import type { AuditTrail } from '../../../domain/audit/trail.ts';
import { createTrail } from '../../../domain/audit/writer.ts';
import { kmsSigner } from './signer.ts';
import { s3RecordStore } from './store.ts';

export interface TrailSettings {
  EVIDENCE_BUCKET: string;
  EVIDENCE_ORIGIN: string;
  SIGNING_KEY_ARN: string;
  SIGNING_KEY_NAME: string;
}

/**
 * The trail of a function, from its environment: `trail: awsTrail(environment, { s3, kms })`.
 * Needs s3:PutObject, s3:GetObject and s3:ListBucket on the bucket, kms:Sign and kms:GetPublicKey on the key.
 */
export function awsTrail(
  settings: TrailSettings,
  { s3, kms }: { s3: S3Client; kms: KMSClient },
): (actor: Actor) => AuditTrail {
  const store = s3RecordStore(s3, settings.EVIDENCE_BUCKET);
  const signer = kmsSigner(kms, settings.SIGNING_KEY_ARN, settings.SIGNING_KEY_NAME);
  return (actor) => createTrail({ store, signer, origin: settings.EVIDENCE_ORIGIN, now: Date.now, actor });
}
