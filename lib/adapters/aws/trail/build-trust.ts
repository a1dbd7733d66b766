import type { KMSClient } from '@aws-sdk/client-kms';
import { type Duty, kindsOfDuty } from '../../../domain/audit/duties.ts';
import { vkey } from '../../../domain/audit/note.ts';
import type { TrustFile } from '../../../domain/audit/trust.ts';
import { noHash } from '../../../domain/envelope.ts';
import { publicKey } from './signer.ts';

export interface SigningKey {
  duty: Duty;
  /** The key's name in signature lines. */
  name: string;
  arn: string;
}

/** Makes the first trust file of a log from the public halves of its KMS keys. Keep it apart from the evidence. */
export async function buildTrust(
  kms: KMSClient,
  origin: string,
  keys: SigningKey[],
  { retentionDays, policies = [] }: { retentionDays: number; policies?: string[] },
): Promise<TrustFile> {
  const trusted = await Promise.all(
    keys.map(async ({ duty, name, arn }) => {
      const { spki, raw } = await publicKey(kms, arn);
      const kinds = [...kindsOfDuty[duty]];
      return { vkey: vkey(name, raw), spki: spki.toString('base64'), kmsArn: arn, duty, kinds };
    }),
  );
  return {
    v: 1,
    origin,
    serial: 0,
    prev: noHash,
    keys: trusted,
    witnesses: [],
    quorum: 0,
    anchors: [],
    policies,
    retention: { mode: 'COMPLIANCE', days: retentionDays, maxDays: retentionDays },
    bounds: { skewMs: 2_000, storeDelayMs: 300_000 },
  };
}
