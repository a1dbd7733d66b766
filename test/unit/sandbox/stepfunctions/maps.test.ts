import { describe, expect, test } from '@jest/globals';
import { Bench, payloadOf, returned, threw } from './fixture.ts';

const shards = (count: number) => Array.from({ length: count }, (_, index) => ({ shard: `shard-${index}` }));

const input = { items: 'runs/1/items/all.json' };

const overShards = (processor: Record<string, unknown>, extra: Record<string, unknown> = {}) => ({
  Type: 'Map',
  Label: 'Shards',
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSON' },
    Arguments: { Bucket: 'control', Key: '{% $states.input.items %}' },
  },
  ItemSelector: {
    shard: '{% $states.context.Map.Item.Value.shard %}',
    index: '{% $states.context.Map.Item.Index %}',
  },
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: Object.keys(processor)[0],
    States: processor,
  },
  End: true,
  ...extra,
});

const s3 = (items: unknown, objects: Map<string, string> = new Map()) => ({
  's3.GetObject': () => ({ Body: Buffer.from(JSON.stringify(items)) }),
  's3.PutObject': ({ Key, Body }: { Key: string; Body: Uint8Array }) => {
    objects.set(Key, Buffer.from(Body).toString());
    return {};
  },
});

const work = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'worker', Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  End: true,
};

describe('distributed Map', () => {
  test('each item of the object in S3 is an execution of its own', async () => {
    const bench = new Bench({ ...s3(shards(3)), 'lambda.Invoke': (input) => returned(payloadOf(input)) });

    const execution = await bench.run(
      { RestoreShards: overShards({ Work: work }) },
      { items: 'runs/1/items/all.json' },
    );

    expect(bench.calls[0]!.input).toEqual({ Bucket: 'control', Key: 'runs/1/items/all.json' });
    expect(execution.output).toEqual(shards(3).map(({ shard }, index) => ({ shard, index })));
    expect(await bench.types(execution.executionArn)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
    const { mapRuns } = await bench.api('ListMapRuns', { executionArn: execution.executionArn });
    const { executions } = await bench.api('ListExecutions', { mapRunArn: mapRuns[0].mapRunArn });
    expect(executions).toHaveLength(3);
    expect(executions[0].executionArn).toMatch(/:execution:machine-0\/Shards:[0-9a-f-]{36}$/);
    expect(await bench.types(executions[0].executionArn)).toContain('TaskSucceeded');
    const run = await bench.api('DescribeMapRun', { mapRunArn: mapRuns[0].mapRunArn });
    expect(run).toMatchObject({ status: 'SUCCEEDED', itemCounts: { succeeded: 3, total: 3 } });
  });

  test('one failure more than tolerated stops the siblings', async () => {
    const bench = new Bench({
      ...s3(shards(3)),
      'lambda.Invoke': (input) =>
        payloadOf(input).index === 1 ? threw('ValidationFailed', 'rows differ') : new Promise(() => {}),
    });

    const execution = await bench.run({ Check: overShards({ Work: work }) }, input);

    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
    expect((await bench.types(execution.executionArn)).slice(-3)).toEqual([
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
    const { mapRuns } = await bench.api('ListMapRuns', { executionArn: execution.executionArn });
    const run = await bench.api('DescribeMapRun', { mapRunArn: mapRuns[0].mapRunArn });
    expect(run.executionCounts).toMatchObject({ failed: 1, aborted: 2 });
  });

  test('failures within the tolerance leave the other results', async () => {
    const bench = new Bench({
      ...s3(shards(4)),
      'lambda.Invoke': (input) => {
        const { index } = payloadOf(input);
        return index === 0 ? threw('E', 'e') : returned(index);
      },
    });

    const execution = await bench.run(
      {
        Check: overShards({ Work: work }, { ToleratedFailurePercentage: 25 }),
      },
      input,
    );

    expect(execution.output).toEqual([1, 2, 3]);
  });

  test('MaxConcurrency holds', async () => {
    let now = 0;
    let most = 0;
    const bench = new Bench({
      ...s3(shards(10)),
      'lambda.Invoke': async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        now--;
        return returned(1);
      },
    });

    await bench.run({ Check: overShards({ Work: work }, { MaxConcurrency: '{% 1 + 2 %}' }) }, input);

    expect(most).toBe(3);
  });

  test('batches and a result writer', async () => {
    const objects = new Map<string, string>();
    const bench = new Bench(s3(shards(5), objects));

    const execution = await bench.run(
      {
        Check: overShards(
          { Echo: { Type: 'Pass', End: true } },
          {
            ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { run: 'r1' } },
            ResultWriter: {
              Resource: 'arn:aws:states:::s3:putObject',
              Arguments: { Bucket: 'control', Prefix: 'results' },
            },
          },
        ),
      },
      input,
    );

    const { Key } = execution.output.ResultWriterDetails;
    expect(Key).toMatch(/^results\/[0-9a-f-]{36}\/manifest\.json$/);
    const manifest = JSON.parse(objects.get(Key)!);
    const results = JSON.parse(objects.get(manifest.ResultFiles.SUCCEEDED[0].Key)!);
    expect(results).toHaveLength(3);
    expect(JSON.parse(results[2].Input)).toEqual({
      BatchInput: { run: 'r1' },
      Items: [{ shard: 'shard-4', index: 4 }],
    });
  });

  test('an object that is no list is States.ItemReaderFailed', async () => {
    const bench = new Bench(s3({ not: 'a list' }));

    const execution = await bench.run({ Check: overShards({ Echo: { Type: 'Pass', End: true } }) }, input);

    expect(execution).toMatchObject({
      error: 'States.ItemReaderFailed',
      cause: 'Attempting to map over non-iterable node.',
    });
  });

  test('a thousand children side by side, and the parent’s history stays small', async () => {
    const bench = new Bench({
      ...s3(shards(1000)),
      'lambda.Invoke': async (input) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return returned(payloadOf(input).index);
      },
    });
    const before = Date.now();

    const execution = await bench.run({ Check: overShards({ Work: work }) }, input);

    expect(execution.output).toHaveLength(1000);
    expect(await bench.types(execution.executionArn)).toHaveLength(8);
    expect(Date.now() - before).toBeLessThan(5000);
  });
});

describe('inline Map and Parallel', () => {
  test('iterations read outer variables, and what they assign stays inside', async () => {
    const bench = new Bench();

    const execution = await bench.run({
      Set: { Type: 'Pass', Assign: { factor: 10 }, Next: 'Each' },
      Each: {
        Type: 'Map',
        Items: [1, '{% 1 + 1 %}'],
        ItemProcessor: {
          StartAt: 'Times',
          States: {
            Times: { Type: 'Pass', Assign: { inner: '{% $states.input * $factor %}' }, Next: 'Give' },
            Give: { Type: 'Pass', Output: '{% $inner %}', End: true },
          },
        },
        Next: 'Look',
      },
      Look: {
        Type: 'Pass',
        Output: { items: '{% $states.input %}', inner: '{% $exists($inner) %}' },
        End: true,
      },
    });

    expect(execution.output).toEqual({ items: [10, 20], inner: false });
  });

  test('a branch that fails cuts its siblings off, and Catch goes on', async () => {
    const bench = new Bench();

    const execution = await bench.run({
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Long', States: { Long: { Type: 'Wait', Seconds: 99_999, End: true } } },
          { StartAt: 'Bad', States: { Bad: { Type: 'Fail', Error: 'Broken' } } },
        ],
        Catch: [{ ErrorEquals: ['Broken'], Next: 'After' }],
        End: true,
      },
      After: { Type: 'Pass', Output: '{% $states.input.Error %}', End: true },
    });

    expect(execution.output).toBe('Broken');
    expect(await bench.types(execution.executionArn)).toContain('WaitStateAborted');
  });
});

test('a redrive runs only the children that did not succeed', async () => {
  let healthy = false;
  const bench = new Bench({
    ...s3(shards(3)),
    'lambda.Invoke': (call) => {
      const { index } = payloadOf(call);
      return index === 1 && !healthy ? threw('CloneFailed', 'not yet') : returned(index);
    },
  });
  const { executionArn, status } = await bench.run(
    { Check: overShards({ Work: work }, { MaxConcurrency: 1 }) },
    input,
  );
  healthy = true;

  await bench.api('RedriveExecution', { executionArn });

  expect(status).toBe('FAILED');
  expect((await bench.ended(executionArn)).output).toEqual([0, 1, 2]);
  expect(bench.calls.filter(({ service }) => service === 'lambda')).toHaveLength(4);
  expect(await bench.types(executionArn)).toContain('MapRunRedriven');
});
