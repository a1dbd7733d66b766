import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Sandbox } from '../../../lib/sandbox/index.ts';
import { processStart } from '../../../lib/sandbox/lifecycle/children.ts';
import { removeAbandoned } from '../../../lib/sandbox/lifecycle/directory.ts';
import { world } from '../world.ts';

let folder: string;
let sandboxes: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safe-rollback-lifecycle-test-'));
  sandboxes = join(folder, 'sandboxes');
  mkdirSync(sandboxes);
  // Its second invocation neither ends nor looks at its standard input.
  const code = 'exports.handler = async (event) => { if (!event.first) for (;;); };';
  const busy = {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'busy',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::111122223333:role/busy',
      Timeout: 300,
      Code: { ZipFile: code },
    },
  };
  writeFileSync(join(folder, 'app.template.json'), JSON.stringify({ Resources: { Busy: busy } }));
  const artifact = {
    type: 'aws:cloudformation:stack',
    environment: 'aws://unknown-account/unknown-region',
    properties: { templateFile: 'app.template.json' },
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts: { app: artifact } }));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function hold(): Promise<{ holder: ChildProcess; directory: string; child: number }> {
  const script = join(import.meta.dirname, 'hold.ts');
  const holder = spawn(process.execPath, [script, folder, sandboxes], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout!, 'data');
  const directory = join(sandboxes, readdirSync(sandboxes)[0]!);
  return { holder, directory, child: Number(readdirSync(join(directory, 'pids'))[0]) };
}

test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
  '%s leaves no process and no file',
  async (signal) => {
    const { holder, directory, child } = await hold();
    expect(processStart(child)).toBeDefined();

    holder.kill(signal);
    const [, ended] = await once(holder, 'exit');

    expect(ended).toBe(signal);
    await eventually(() => processStart(child) === undefined && !existsSync(directory));
  },
  30_000,
);

test('a start removes what a dead sandbox left, and nothing else', async () => {
  const abandoned = join(sandboxes, 'safe-rollback-sandbox-abandoned');
  const foreign = join(sandboxes, 'safe-rollback-sandbox-unmarked');
  for (const each of [abandoned, foreign]) mkdirSync(each);
  writeFileSync(
    join(abandoned, 'owner.json'),
    JSON.stringify({ pid: process.pid, started: 'at another time' }),
  );

  const removed = await removeAbandoned(sandboxes);

  expect(removed).toEqual([abandoned]);
  expect(readdirSync(sandboxes)).toEqual(['safe-rollback-sandbox-unmarked']);
});

test('stopping twice is stopping once, and frees the port', async () => {
  const parent = join(sandboxes, 'made', 'when', 'needed');
  const sandbox = await Sandbox.start({ world, directory: parent });

  await Promise.all([sandbox.stop(), sandbox.stop()]);
  await sandbox.stop();

  await expect(fetch(sandbox.endpoint)).rejects.toThrow('fetch failed');
  expect(readdirSync(parent)).toEqual([]);
});

async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not happen within ten seconds');
}
