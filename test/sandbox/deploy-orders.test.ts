import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Sandbox } from '../../lib/sandbox/index.ts';
import type { LambdaService } from '../../lib/sandbox/lambda/service.ts';

const root = join(import.meta.dirname, '..', '..');
const cdkOut = mkdtempSync(join(tmpdir(), 'safe-rollback-orders-test-'));
const notes: string[] = [];
let sandbox: Sandbox;
let deployed: Awaited<ReturnType<Sandbox['deploy']>>;

beforeAll(async () => {
  const env = { ...process.env, CDK_OUTDIR: cdkOut };
  await promisify(execFile)(process.execPath, ['bin/app.ts'], { cwd: root, env });
  const world = JSON.parse(readFileSync(join(root, 'examples/orders/account.json'), 'utf8'));
  sandbox = await Sandbox.start({ world, log: (line) => notes.push(line) });
  Object.assign(process.env, sandbox.environment());
  deployed = await sandbox.deploy(cdkOut);
}, 120_000);

afterAll(async () => {
  await sandbox?.stop();
  rmSync(cdkOut, { recursive: true, force: true });
});

test('the stacks of the example deploy as they are', () => {
  expect(deployed['orders-rollback']?.outputs).toMatchObject({
    Cluster: 'orders',
    RollbackMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:orders-rollback',
    CompositeAlarmName: 'orders-rollback-needed',
  });
});

test('every function starts, with its whole bundle loaded', async () => {
  const lambda = new LambdaClient();
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand());

  const answers = new Map<string, string>();
  for (const { FunctionName } of Functions) {
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{"cold":"start"}' }));
    answers.set(FunctionName!, JSON.parse(Payload!.transformToString()).errorType ?? 'none');
  }

  // No function knows such an event; an error of the runtime would mean that the bundle did not load.
  expect([...answers].filter(([, errorType]) => /^(Runtime|Sandbox)\.|SyntaxError/.test(errorType))).toEqual(
    [],
  );
  expect(answers.size).toBe(9);
  expect(Object.keys(sandbox.service<LambdaService>('lambda').coldStarts())).toHaveLength(9);
}, 60_000);
