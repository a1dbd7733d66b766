import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Sandbox } from '../../lib/sandbox/index.ts';
import { world } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'safe-rollback-deploy-test-'));
let sandbox: Sandbox;
let deployed: Awaited<ReturnType<Sandbox['deploy']>>;

function synthesise(): string {
  const code = mkdtempSync(join(folder, 'code-'));
  writeFileSync(
    join(code, 'index.mjs'),
    `export const handler = async (event) => { console.log('greeting', event.name); return process.env.GREETING + ' ' + event.name; };`,
  );
  writeFileSync(join(folder, 'settings.json'), '{"colour":"red"}');
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const env = { account: world.account, region: world.region };
  const [first, second] = [new Stack(app, 'first', { env }), new Stack(app, 'second', { env })];
  const greet = new LambdaFunction(first, 'Greet', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
    environment: { GREETING: 'hello' },
  });
  const settings = new Asset(second, 'Settings', { path: join(folder, 'settings.json') });
  const other = new LambdaFunction(second, 'Other', {
    functionName: 'other',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(code),
    environment: { GREETING: greet.functionArn, SETTINGS: settings.s3ObjectUrl },
  });
  greet.grantInvoke(other);
  new CfnOutput(second, 'SettingsKey', { value: settings.s3ObjectKey });
  app.synth();
  return app.outdir;
}

beforeAll(async () => {
  const directory = synthesise();
  sandbox = await Sandbox.start({ world });
  Object.assign(process.env, sandbox.environment());
  deployed = await sandbox.deploy(directory);
}, 60_000);

afterAll(async () => {
  await sandbox?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a synthesised app of two stacks', () => {
  test('runs its functions, through the SDK’s own client', async () => {
    const lambda = new LambdaClient();
    const { id } = Object.values(deployed.first!.resources).find(
      (each) => each.type === 'AWS::Lambda::Function',
    )!;

    const answer = await lambda.send(
      new InvokeCommand({ FunctionName: id, Payload: JSON.stringify({ name: 'you' }) }),
    );

    expect(answer.FunctionError).toBeUndefined();
    expect(answer.Payload?.transformToString()).toBe('"hello you"');
    expect(id).toMatch(/^first-Greet[0-9A-F]{8}-[A-Z0-9]{12}$/);
    const logs = new CloudWatchLogsClient();
    const found = await logs.send(
      new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${id}`, filterPattern: 'greeting' }),
    );
    expect(found.events?.[0]?.message).toMatch(/INFO\tgreeting you$/);
  });

  test('hands values across stacks', async () => {
    const lambda = new LambdaClient();

    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'other', Payload: '{"name":"x"}' }));

    expect(answer.Payload?.transformToString()).toMatch(
      /^"arn:aws:lambda:eu-central-1:111122223333:function:first-Greet\S+ x"$/,
    );
  });

  test('has its file assets in the bootstrap bucket', async () => {
    const s3 = new S3Client({ forcePathStyle: true });

    const { Body } = await s3.send(
      new GetObjectCommand({
        Bucket: 'cdk-hnb659fds-assets-111122223333-eu-central-1',
        Key: deployed.second!.outputs.SettingsKey,
      }),
    );

    expect(await Body?.transformToString()).toBe('{"colour":"red"}');
  });

  test('is described by CloudFormation', async () => {
    const cloudFormation = new CloudFormationClient();

    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'second' }));
    const { StackResourceSummaries } = await cloudFormation.send(
      new ListStackResourcesCommand({ StackName: 'second' }),
    );

    expect(Stacks?.[0]).toMatchObject({ StackStatus: 'CREATE_COMPLETE', StackName: 'second' });
    expect(StackResourceSummaries?.map((each) => each.ResourceType).sort()).toEqual([
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
    ]);
  });

  test('is not deployed twice', async () => {
    await expect(sandbox.deploy(join(folder, 'cdk.out'))).rejects.toThrow(/Stack first is deployed already/);
  });
});
