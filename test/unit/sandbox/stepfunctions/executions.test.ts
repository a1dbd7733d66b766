import { describe, expect, test } from '@jest/globals';
import { Bench, payloadOf, returned, threw } from './fixture.ts';

const pass = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const long = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 99_999, End: true } } };

describe('StartExecution', () => {
  test('the same name and input give the running execution; another input or an ended one is refused', async () => {
    const bench = new Bench();
    const arn = await bench.machine(long);
    const first = await bench.start(arn, { a: 1 }, 'incident-1');

    expect(await bench.start(arn, { a: 1 }, 'incident-1')).toBe(first);
    await expect(bench.start(arn, { a: 2 }, 'incident-1')).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
    });
    await bench.api('StopExecution', { executionArn: first });
    await expect(bench.start(arn, { a: 1 }, 'incident-1')).rejects.toMatchObject({
      code: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${first}'`,
    });
  });

  test.each([
    ['a name with a space', { name: 'no good' }, 'InvalidName'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'InvalidName'],
    ['input that is not JSON', { input: '{not json' }, 'InvalidExecutionInput'],
    ['input of more than 256 KiB', { input: JSON.stringify('x'.repeat(262_144)) }, 'InvalidExecutionInput'],
  ])('refuses %s', async (_, request, code) => {
    const bench = new Bench();
    const stateMachineArn = await bench.machine(pass);

    await expect(bench.api('StartExecution', { stateMachineArn, ...request })).rejects.toMatchObject({
      code,
    });
  });

  test('refuses a machine that is not there', async () => {
    await expect(new Bench().start('arn:none')).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
  });
});

test('each change of status is an event on the bus, with times in milliseconds', async () => {
  const bench = new Bench();

  const { executionArn } = await bench.run(
    { Bad: { Type: 'Fail', Error: 'Broken', Cause: 'it broke' } },
    { a: 1 },
  );

  expect(bench.events.map(({ detail }) => detail.status)).toEqual(['RUNNING', 'FAILED']);
  expect(bench.events[1]).toMatchObject({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [executionArn],
    detail: {
      input: '{"a":1}',
      output: null,
      error: 'Broken',
      cause: 'it broke',
      stopDate: expect.any(Number),
    },
  });
});

test('a history is paged, in either order', async () => {
  const bench = new Bench();
  const { executionArn } = await bench.run({
    A: { Type: 'Pass', Next: 'B' },
    B: { Type: 'Pass', End: true },
  });

  const first = await bench.api('GetExecutionHistory', { executionArn, maxResults: 4, reverseOrder: true });
  const second = await bench.api('GetExecutionHistory', {
    executionArn,
    maxResults: 4,
    reverseOrder: true,
    nextToken: first.nextToken,
  });

  expect([...first.events, ...second.events].map(({ id }) => id)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(second.nextToken).toBeUndefined();
});

test('a loop ends at the limit of 25,000 events', async () => {
  const bench = new Bench();
  const before = Date.now();

  const execution = await bench.run({
    A: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'B' }], Default: 'A' },
    B: { Type: 'Succeed' },
  });

  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  const { events } = await bench.api('GetExecutionHistory', {
    executionArn: execution.executionArn,
    reverseOrder: true,
  });
  expect(events[0].id).toBe(25_000);
  expect((Date.now() - before) / 12_500).toBeLessThan(1);
});

test('the machine’s own TimeoutSeconds ends it as TIMED_OUT', async () => {
  const bench = new Bench({}, undefined);
  const arn = await bench.machine({ ...long, TimeoutSeconds: 1 });

  expect(await bench.ended(await bench.start(arn))).toMatchObject({ status: 'TIMED_OUT' });
});

test('a redrive goes on from the failed state with the variables of that time', async () => {
  let healthy = false;
  const bench = new Bench({
    'lambda.Invoke': (input) => (healthy ? returned(payloadOf(input)) : threw('Broken', 'not yet')),
  });
  const { executionArn } = await bench.run({
    Set: { Type: 'Pass', Assign: { kept: 'yes' }, Output: { n: 1 }, Next: 'Work' },
    Work: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'f', Payload: { n: '{% $states.input.n %}', kept: '{% $kept %}' } },
      Output: '{% $states.result.Payload %}',
      End: true,
    },
  });
  healthy = true;

  await bench.api('RedriveExecution', { executionArn });

  expect(await bench.ended(executionArn)).toMatchObject({
    status: 'SUCCEEDED',
    redriveCount: 1,
    output: { n: 1, kept: 'yes' },
  });
  await expect(bench.api('RedriveExecution', { executionArn })).rejects.toMatchObject({
    code: 'ExecutionNotRedrivable',
  });
});

test('an execution keeps the definition it was started with', async () => {
  const bench = new Bench();
  const stateMachineArn = await bench.machine({
    StartAt: 'W',
    States: { W: { Type: 'Wait', Seconds: 20, Next: 'P' }, P: { Type: 'Pass', Output: 'old', End: true } },
  });
  const execution = await bench.start(stateMachineArn);

  await bench.api('UpdateStateMachine', {
    stateMachineArn,
    definition: JSON.stringify({ QueryLanguage: 'JSONata', ...pass }),
  });

  expect((await bench.ended(execution)).output).toBe('old');
});

describe('Choice', () => {
  const choosing = (Default?: string) => ({
    Choose: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n < 0 %}', Next: 'Small', Assign: { size: 'small' } },
        { Condition: '{% $states.input.n > 9 %}', Next: 'Big', Output: { big: '{% $states.input.n %}' } },
      ],
      ...(Default && { Default }),
    },
    Small: { Type: 'Pass', Output: '{% $size %}', End: true },
    Big: { Type: 'Succeed' },
  });

  test.each([
    [-1, 'small'],
    [10, { big: 10 }],
    [5, { n: 5 }],
  ])('%d', async (n, output) => {
    expect((await new Bench().run(choosing('Big'), { n })).output).toEqual(output);
  });

  test('without a match and a Default the execution fails', async () => {
    expect(await new Bench().run(choosing(), { n: 5 })).toMatchObject({ error: 'States.NoChoiceMatched' });
  });

  test('a condition that is no boolean is an evaluation error', async () => {
    const execution = await new Bench().run({
      Choose: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'End' }], Default: 'End' },
      End: { Type: 'Succeed' },
    });

    expect(execution.cause).toContain("Expected 'boolean', but was 'number' for value: 1");
  });
});

test('when the sandbox stops, executions end and the bus hears nothing of it', async () => {
  const bench = new Bench();
  const execution = await bench.start(await bench.machine(long));

  await bench.service.stop();

  expect((await bench.ended(execution)).status).toBe('ABORTED');
  expect(bench.events.map(({ detail }) => detail.status)).toEqual(['RUNNING']);
});
