import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { CommanderError } from 'commander';
import { clientSettings, s3Settings } from '../adapters/aws/clients.ts';
import { RollbackError } from '../domain/errors.ts';
import { exitStatus, type Io, processIo, UsageError } from './io.ts';
import { program } from './program.ts';

/**
 * The command `rollback`. Returns its exit status: 0 done or proven, 1 failed or broken, 2 wrong use,
 * 3 the trail's end is unproven.
 */
export async function main(argv: string[], io: Io = processIo()): Promise<number> {
  let status: number = exitStatus.ok;
  const clients = {
    sfn: () => new SFNClient(clientSettings),
    s3: () => new S3Client(s3Settings),
    lambda: () => new LambdaClient(clientSettings),
    sts: () => new STSClient(clientSettings),
    kms: () => new KMSClient(clientSettings),
    cloudFormation: () => new CloudFormationClient(clientSettings),
  };
  try {
    await program(io, clients, (result) => {
      status = result;
    }).parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    return explain(error, io);
  }
}

function explain(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    // Help and version have been printed; everything else has said what was wrong.
    return error.exitCode === 0 ? exitStatus.ok : exitStatus.usage;
  }
  const { name, message } = error as Error;
  if (error instanceof UsageError || (error instanceof RollbackError && error.name === 'InvalidInput')) {
    io.err(`rollback: ${message.split('\n').join(' ')}`);
    return exitStatus.usage;
  }
  if (name === 'CredentialsProviderError' || /region is missing/i.test(message)) {
    io.err(
      `rollback: no AWS access: ${message.replace(/\.?$/, '.')} Set AWS_PROFILE or AWS_REGION; for the sandbox read its sandbox.env.`,
    );
    return exitStatus.usage;
  }
  io.err(`rollback: ${name}: ${message}`);
  return exitStatus.failed;
}
