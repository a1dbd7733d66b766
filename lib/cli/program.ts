import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { STSClient } from '@aws-sdk/client-sts';
import { Command, InvalidArgumentError, Option } from 'commander';
import { auditExport, auditTrust, auditVerify } from './commands/audit.ts';
import { plan } from './commands/plan.ts';
import { sandbox } from './commands/sandbox.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { vote } from './commands/vote.ts';
import { watch } from './commands/watch.ts';
import type { Io } from './io.ts';

export interface Clients {
  sfn(): SFNClient;
  s3(): S3Client;
  lambda(): LambdaClient;
  sts(): STSClient;
  kms(): KMSClient;
  cloudFormation(): CloudFormationClient;
}

/** The command's grammar. `done` is given the exit status of what ran. */
export function program(io: Io, clients: Clients, done: (status: number) => void): Command {
  const root = new Command('rollback')
    .description('Safe rollback for sharded PostgreSQL on AWS')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, 'rollback: ')),
    })
    .showSuggestionAfterError(false);

  const cluster = () => new Option('--cluster <name>', 'whose runs; needed where there are several clusters');
  const request = (command: Command) =>
    command
      .addOption(cluster())
      .requiredOption('--reason <text>', 'why, in words that go on record')
      .option('--restore-to <time>', 'RFC 3339 time with zone, or last-good')
      .option('--incident <id>', 'the incident that this answers')
      .option('--commander <name>', 'who leads')
      .addOption(
        new Option('--class <class>', 'kind of rollback').choices(['deploy', 'schema', 'data', 'full']),
      );

  request(root.command('start').description('start a run'))
    .addOption(new Option('--mode <mode>', 'how far to go').choices(['execute', 'drill', 'plan']))
    .option('--watch', 'follow it to its end')
    .action(async (options) => done(await start(io, clients.sfn(), options)));

  request(root.command('plan').description('say what a run would do; changes nothing')).action(
    async (options) => {
      done(await plan(io, { sfn: clients.sfn(), s3: clients.s3(), lambda: clients.lambda() }, options));
    },
  );

  for (const [decision, what] of [
    ['approve', 'let a run go on that waits for people'],
    ['deny', 'end a run that waits for people'],
  ] as const) {
    root
      .command(decision)
      .description(what)
      .argument('[run]', 'its id, or name or ARN of its execution; the newest where not given')
      .addOption(cluster())
      .requiredOption('--reason <text>', 'why, in words that go on record')
      .action(async (run, options) => {
        const { sfn, s3, lambda, sts } = clients;
        done(
          await vote(
            io,
            { sfn: sfn(), s3: s3(), lambda: lambda(), sts: sts() },
            { decision, run, ...options },
          ),
        );
      });
  }

  root
    .command('status')
    .description('list the newest runs and where they stand')
    .addOption(cluster())
    .option('--limit <count>', 'how many', count, 10)
    .action(async (options) => done(await status(io, clients.sfn(), options)));

  root
    .command('watch')
    .description('follow a run to its end')
    .argument('[run]', 'name or ARN of its execution; the newest where not given')
    .addOption(cluster())
    .action(async (execution, options) => done(await watch(io, clients.sfn(), { execution, ...options })));

  const audit = root.command('audit').description('the evidence of runs');
  audit
    .command('verify')
    .description('verify a trail: 0 proven, 1 broken, 3 its end is unproven')
    .argument('<target>', 'a folder, or s3://BUCKET')
    .requiredOption('--trust <file>', 'the trust file')
    .option('--trust-sha256 <hash>', 'what the trust file must be')
    .option('--run <id>', 'this run only')
    .option('--json', 'the whole answer as JSON')
    .action(async (target, options) => done(await auditVerify(io, clients.s3, target, options)));
  audit
    .command('export')
    .description('copy a trail into a folder')
    .argument('<bucket>', 's3://BUCKET')
    .argument('<directory>', 'where to put evidence/')
    .action(async (target, directory) => done(await auditExport(io, clients.s3(), target, directory)));

  audit
    .command('trust')
    .description('write the trust file of a deployed evidence stack; once, to be kept elsewhere')
    .requiredOption('--out <file>', 'where to write it')
    .option('--stack <name>', 'the evidence stack', 'safe-rollback-evidence')
    .option('--policy <sha256...>', 'policies that runs may have; any where none is given', [])
    .action(async (options) => {
      done(await auditTrust(io, { kms: clients.kms(), cloudFormation: clients.cloudFormation() }, options));
    });

  root
    .command('sandbox')
    .description('run the example cluster on this machine, without an AWS account')
    .allowUnknownOption()
    .argument('[options...]')
    .action(async (args) => done(await sandbox(args)));

  return root;
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 1000) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 1000.');
}
