import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { KMSClient } from '@aws-sdk/client-kms';
import { duties } from '../../../domain/audit/duties.ts';
import type { TrustFile } from '../../../domain/audit/trust.ts';
import { RollbackError } from '../../../domain/errors.ts';
import { send } from '../errors.ts';
import { buildTrust } from './build-trust.ts';

/**
 * The trust file of a deployed evidence stack, from its outputs and the public halves of its keys. It is worth
 * what the moment of its making is worth: make it once, when the stack is deployed, and keep it elsewhere.
 * Throws `NotConfigured` where the stack lacks an output.
 *
 * @param policies SHA-256 of each policy that runs may have; none pins none
 */
export async function trustOfStack(
  { cloudFormation, kms }: { cloudFormation: CloudFormationClient; kms: KMSClient },
  stack: string,
  policies: string[],
): Promise<TrustFile> {
  const { Stacks = [] } = await send(cloudFormation, new DescribeStacksCommand({ StackName: stack }));
  const outputs = new Map(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const output = (name: string): string => {
    const value = outputs.get(name);
    if (value !== undefined) return value;
    throw new RollbackError(
      'NotConfigured',
      `Stack ${stack}: expected the output ${name} of an evidence stack, got ${[...outputs.keys()].join(', ') || 'none'}.`,
    );
  };
  const origin = output('EvidenceOrigin');
  const keys = duties.map((duty) => ({
    duty,
    name: `${origin}/${duty}`,
    arn: output(`SigningKeyArn${duty}`),
  }));
  return buildTrust(kms, origin, keys, { retentionDays: Number(output('EvidenceRetentionDays')), policies });
}
