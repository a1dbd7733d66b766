import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { follow } from '../../lib/cli/commands/watch.ts';
import type { Io } from '../../lib/cli/io.ts';
import { findExecution } from '../../lib/cli/machines.ts';
import type { RunEvent } from '../../lib/cli/progress/events.ts';
import { watchRun } from '../../lib/cli/progress/watch-run.ts';
import { Endpoint } from '../../lib/sandbox/wire/server.ts';
import { Bench, payloadOf, returned } from '../unit/sandbox/stepfunctions/fixture.ts';

/** A run with a Map whose shards start an execution each, followed over the wire. */

const failing = new Set<string>();
const bench = new Bench({
  's3.GetObject': () => ({ Body: Buffer.from('[{"shard":"shard-0"},{"shard":"shard-1"}]') }),
  'lambda.Invoke': (input) => {
    const { step, shard } = payloadOf(input);
    if (step === 'StartClone' && failing.has(shard)) {
      return {
        StatusCode: 200,
        FunctionError: 'Unhandled',
        Payload: Buffer.from(JSON.stringify({ errorType: 'CloneFailed', errorMessage: 'no' })),
      };
    }
    return returned({ lane: {}, result: {} });
  },
});
const owner = { arn: 'arn:aws:iam::111122223333:root' };
const endpoint = new Endpoint([bench.service], { principalOf: () => owner, log: () => {} });
let sfn: SFNClient;
let machine: string;

const task = (step: string, next: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: {
    FunctionName: 'area',
    Payload: { step, shard: "{% $states.input.shard ? $states.input.shard : '' %}" },
  },
  Output: '{% $states.input %}',
  ...next,
});

beforeAll(async () => {
  const { url } = await endpoint.listen();
  const credentials = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' };
  sfn = new SFNClient({ endpoint: url, region: 'eu-central-1', credentials, maxAttempts: 1 });
  const child = await bench.machine(
    {
      StartAt: 'StartClone',
      States: {
        StartClone: task('StartClone', {
          Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.input %}', Next: 'FinishLane' }],
          Next: 'FinishLane',
        }),
        FinishLane: task('FinishLane', { End: true }),
      },
    },
    'orders-shard-restore',
  );
  const start = {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Arguments: { StateMachineArn: child, Input: { shard: '{% $states.input.shard %}' } },
    End: true,
  };
  machine = await bench.machine(
    {
      StartAt: 'ForkRestore',
      States: {
        ForkRestore: task('Fork', { Next: 'RestoreShards' }),
        RestoreShards: {
          Type: 'Map',
          ItemReader: {
            Resource: 'arn:aws:states:::s3:getObject',
            ReaderConfig: { InputType: 'JSON' },
            Arguments: { Bucket: 'control', Key: 'items' },
          },
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'RestoreShard',
            States: { RestoreShard: start },
          },
          End: true,
        },
      },
    },
    'orders-rollback',
  );
});

afterAll(async () => {
  sfn.destroy();
  await endpoint.close();
  await bench.service.stop();
});

const lineOf = (event: RunEvent) =>
  event.type === 'end'
    ? `end ${event.status}`
    : [event.phase, event.shard, event.state, event.type].filter(Boolean).join(' ');

test('tells every state of the run and of each shard once, and the end last', async () => {
  const seen: string[] = [];
  const executionArn = await bench.start(machine, {});

  const end = await watchRun({
    sfn,
    executionArn,
    intervalMs: 20,
    onEvent: (event) => seen.push(lineOf(event)),
  });

  expect(end.status).toBe('SUCCEEDED');
  expect(seen.at(-1)).toBe('end SUCCEEDED');
  expect(new Set(seen).size).toBe(seen.length);
  for (const shard of ['shard-0', 'shard-1']) {
    expect(seen).toEqual(
      expect.arrayContaining([
        `RestoreShards ${shard} StartClone entered`,
        `RestoreShards ${shard} StartClone left`,
        `RestoreShards ${shard} FinishLane left`,
      ]),
    );
  }
});

test('a run that has ended is told from its beginning, with the error a shard was left by', async () => {
  failing.add('shard-1');
  const executionArn = await bench.start(machine, {});
  await watchRun({ sfn, executionArn, intervalMs: 20, onEvent: () => {} });

  const events: RunEvent[] = [];
  await watchRun({ sfn, executionArn, onEvent: (event) => events.push(event) });

  expect(events).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'left', shard: 'shard-1', state: 'StartClone', error: 'CloneFailed' }),
    ]),
  );
});

test('a terminal is redrawn in place, and ends with the whole picture', async () => {
  const written: string[] = [];
  const io: Io = {
    out: (text) => written.push(text),
    err: () => {},
    live: true,
    columns: () => 100,
    rows: () => 40,
  };
  const executionArn = await bench.start(machine, {});

  const status = await follow(io, sfn, executionArn);

  expect(status).toBe(0);
  expect(written.at(-1)).toMatch(/Run succeeded[\s\S]*✓ ForkRestore[\s\S]*RestoreShards/);
});

test('the newest run of the only cluster is meant where nothing is said', async () => {
  const executionArn = await bench.start(machine, {}, 'the-newest');

  expect(await findExecution(sfn, undefined, undefined)).toBe(executionArn);
  await expect(findExecution(sfn, undefined, 'payments')).rejects.toThrow(
    /no cluster "payments".*here are orders/,
  );
  await expect(findExecution(sfn, 'nobody', 'orders')).rejects.toThrow(/no run "nobody"/);
});
