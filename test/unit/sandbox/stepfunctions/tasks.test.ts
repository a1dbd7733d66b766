import { describe, expect, test } from '@jest/globals';
import { ServiceError } from '../../../../lib/sandbox/contract.ts';
import { Bench, payloadOf, returned, threw } from './fixture.ts';

const invoke = (extra: Record<string, unknown> = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: {
    FunctionName: 'worker',
    Payload: { n: '{% $states.input.n %}', try: '{% $states.context.State.RetryCount %}' },
  },
  Output: '{% $states.result.Payload %}',
  End: true,
  ...extra,
});

describe('lambda:invoke', () => {
  test('calls the function as the machine’s role and gives its answer', async () => {
    const bench = new Bench({ 'lambda.Invoke': (input) => returned({ got: payloadOf(input) }) });

    const execution = await bench.run({ Work: invoke() }, { n: 4 });

    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { got: { n: 4, try: 0 } } });
    expect(bench.calls[0]!.input.FunctionName).toBe('worker');
    expect(bench.calls[0]!.principal?.roleArn).toBe('arn:aws:iam::111122223333:role/runner');
    expect(await bench.types(execution.executionArn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('a thrown error’s name is what Retry matches, with back-off on the sandbox’s clock', async () => {
    let attempts = 0;
    const bench = new Bench({
      'lambda.Invoke': (input) =>
        ++attempts < 3 ? threw('Throttled', 'slow down') : returned(payloadOf(input).try),
    });
    const Retry = [{ ErrorEquals: ['Throttled'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 5 }];

    const execution = await bench.run({ Work: invoke({ Retry }) }, { n: 1 });

    expect(execution.output).toBe(2);
    expect(bench.clock.slept).toEqual([2000, 6000]);
  });

  test('MaxDelaySeconds bounds the back-off, and a retrier used up lets Catch decide', async () => {
    const bench = new Bench({ 'lambda.Invoke': () => threw('Throttled', 'slow down') });
    const states = {
      Work: invoke({
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 4, MaxDelaySeconds: 5, MaxAttempts: 3 }],
        Catch: [
          { ErrorEquals: ['Other'], Next: 'Wrong' },
          {
            ErrorEquals: ['Throttled'],
            Next: 'Handle',
            Assign: { problem: '{% $states.errorOutput.Error %}' },
            Output: '{% $parse($states.errorOutput.Cause).errorMessage %}',
          },
        ],
      }),
      Wrong: { Type: 'Fail' },
      Handle: {
        Type: 'Pass',
        Output: { problem: '{% $problem %}', message: '{% $states.input %}' },
        End: true,
      },
    };

    const execution = await bench.run(states, { n: 1 });

    expect(execution.output).toEqual({ problem: 'Throttled', message: 'slow down' });
    expect(bench.clock.slept).toEqual([4000, 5000, 5000]);
  });

  test('a payload without an error type is Lambda.Unknown', async () => {
    const bench = new Bench({ 'lambda.Invoke': () => threw(undefined, 'killed') });

    const execution = await bench.run({ Work: invoke() }, { n: 1 });

    expect(execution).toMatchObject({ status: 'FAILED', error: 'Lambda.Unknown' });
    expect(execution.cause).toContain('Returned payload: {"errorMessage":"killed"');
  });

  test('a refused call is an error of the service', async () => {
    const bench = new Bench({
      'lambda.Invoke': () => {
        throw new ServiceError('ResourceNotFoundException', 'Function not found: worker', { status: 404 });
      },
    });

    const execution = await bench.run({ Work: invoke() }, { n: 1 });

    expect(execution.error).toBe('Lambda.ResourceNotFoundException');
    expect(execution.cause).toMatch(/^Function not found: worker \(Service: AWSLambda; Status Code: 404; /);
  });

  test('TimeoutSeconds is real time, whatever the clock', async () => {
    const bench = new Bench({
      'lambda.Invoke': () => new Promise((resolve) => setTimeout(() => resolve(returned(1)), 1500)),
    });
    const before = Date.now();

    const execution = await bench.run({ Work: invoke({ TimeoutSeconds: '{% 1 %}' }) }, { n: 1 });

    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(Date.now() - before).toBeGreaterThanOrEqual(990);
    expect(await bench.types(execution.executionArn)).toContain('TaskTimedOut');
  });

  test('an answer beyond the quota is States.DataLimitExceeded', async () => {
    const bench = new Bench({ 'lambda.Invoke': () => returned('x'.repeat(262_145)) });

    const execution = await bench.run({ Work: invoke() }, { n: 1 });

    expect(execution.error).toBe('States.DataLimitExceeded');
  });
});

describe('which failures Retry and Catch cover', () => {
  const caughtBy = async (ErrorEquals: string[], failure: Record<string, unknown>) => {
    const bench = new Bench({ 'lambda.Invoke': () => threw('CloneFailed', 'x') });
    const execution = await bench.run({
      Work: {
        ...failure,
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        End: true,
        Catch: [{ ErrorEquals, Next: 'Caught' }],
      },
      Caught: { Type: 'Succeed' },
    });
    return execution.status === 'SUCCEEDED';
  };
  const thrown = { Arguments: { FunctionName: 'f' } };
  const unevaluable = { Arguments: '{% $nothing %}' };

  test.each([
    [['States.ALL'], thrown, true],
    [['States.TaskFailed'], thrown, true],
    [['States.Timeout'], thrown, false],
    [['CloneTimedOut', 'CloneFailed'], thrown, true],
    [['States.QueryEvaluationError'], unevaluable, true],
    [['States.ALL'], unevaluable, true],
  ])('%j', async (names, failure, caught) => {
    expect(await caughtBy(names, failure)).toBe(caught);
  });
});

describe('other resources', () => {
  test('a bare Lambda function gets its arguments as the event, and has events of its own kind', async () => {
    const bench = new Bench({ 'lambda.Invoke': (input) => returned(payloadOf(input)) });
    const Resource = 'arn:aws:lambda:eu-central-1:111122223333:function:worker';

    const execution = await bench.run({ Work: { Type: 'Task', Resource, End: true } }, { a: 1 });

    expect(execution.output).toEqual({ a: 1 });
    expect(await bench.types(execution.executionArn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('an AWS SDK call has the signing name, the operation’s own name and the Java SDK’s error names', async () => {
    const bench = new Bench({
      'rds.DescribeDBInstances': () => {
        throw new ServiceError('DBInstanceNotFound', 'DBInstance clone not found.', { status: 404 });
      },
    });
    const Resource = 'arn:aws:states:::aws-sdk:rds:describeDBInstances';

    const execution = await bench.run({
      Look: { Type: 'Task', Resource, Arguments: { DBInstanceIdentifier: 'clone' }, End: true },
    });

    expect(bench.calls[0]).toMatchObject({ service: 'rds', input: { DBInstanceIdentifier: 'clone' } });
    expect(execution.error).toBe('Rds.DbInstanceNotFoundException');
  });

  test('members of a service that writes them small are renamed on both ways, times become text', async () => {
    const bench = new Bench({
      'states.DescribeExecution': ({ executionArn }) => ({ executionArn, startDate: new Date(0) }),
    });
    const Resource = 'arn:aws:states:::aws-sdk:sfn:describeExecution';

    const execution = await bench.run({
      Look: { Type: 'Task', Resource, Arguments: { ExecutionArn: 'e' }, End: true },
    });

    expect(execution.output).toEqual({ ExecutionArn: 'e', StartDate: '1970-01-01T00:00:00.000Z' });
  });

  test('SNS takes JSON and sends text', async () => {
    const bench = new Bench({ 'sns.Publish': () => ({ MessageId: 'm1' }) });
    const Resource = 'arn:aws:states:::sns:publish';

    const execution = await bench.run({
      Tell: { Type: 'Task', Resource, Arguments: { TopicArn: 't', Message: { a: 1 } }, End: true },
    });

    expect(bench.calls[0]!.input).toEqual({ TopicArn: 't', Message: '{"a":1}' });
    expect(execution.output.MessageId).toBe('m1');
  });
});

describe('waitForTaskToken', () => {
  const asking = (extra: Record<string, unknown> = {}) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
    End: true,
    ...extra,
  });

  test('goes on with what is sent for the token', async () => {
    const bench = new Bench({
      'lambda.Invoke': (input) => {
        const { token } = payloadOf(input);
        setTimeout(() => bench.api('SendTaskSuccess', { taskToken: token, output: '{"approved":true}' }), 5);
        return returned(null);
      },
    });

    const execution = await bench.run({ Ask: asking() });

    expect(execution.output).toEqual({ approved: true });
    expect(await bench.types(execution.executionArn)).toContain('TaskSubmitted');
  });

  test('a sent failure is caught by its error; the token is good for one answer', async () => {
    let token = '';
    const bench = new Bench({
      'lambda.Invoke': async (input) => {
        token = payloadOf(input).token;
        await bench.api('SendTaskFailure', { taskToken: token, error: 'ApprovalDenied', cause: 'no' });
        return returned(null);
      },
    });

    const execution = await bench.run({
      Ask: asking({ Catch: [{ ErrorEquals: ['ApprovalDenied'], Next: 'Denied' }] }),
      Denied: { Type: 'Pass', End: true },
    });

    expect(execution.output).toEqual({ Error: 'ApprovalDenied', Cause: 'no' });
    await expect(bench.api('SendTaskSuccess', { taskToken: token, output: '1' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
    await expect(bench.api('SendTaskHeartbeat', { taskToken: 'unknown' })).rejects.toMatchObject({
      code: 'InvalidToken',
    });
  });

  test('times out on the sandbox’s clock, and a retry has a token of its own', async () => {
    const tokens: string[] = [];
    const bench = new Bench({
      'lambda.Invoke': (input) => {
        tokens.push(payloadOf(input).token);
        return returned(null);
      },
    });

    const execution = await bench.run({
      Ask: asking({
        TimeoutSeconds: 20,
        Retry: [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 }],
      }),
    });

    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(new Set(tokens).size).toBe(2);
    expect(bench.clock.slept).toEqual([20_000, 1000, 20_000]);
  });

  test('a heartbeat renews HeartbeatSeconds; its absence is States.HeartbeatTimeout', async () => {
    let beats = 0;
    const bench = new Bench({
      'lambda.Invoke': (input) => {
        const { token } = payloadOf(input);
        const timer = setInterval(() => {
          if (++beats > 5) clearInterval(timer);
          else void bench.api('SendTaskHeartbeat', { taskToken: token });
        }, 20);
        return returned(null);
      },
    });
    const before = Date.now();

    const execution = await bench.run({
      Ask: asking({
        HeartbeatSeconds: 60,
        Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Silent' }],
      }),
      Silent: { Type: 'Pass', End: true },
    });

    expect(execution.output).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect(Date.now() - before).toBeGreaterThan(130);
  });
});

describe('startExecution.sync:2', () => {
  const starting = (extra: Record<string, unknown> = {}) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Arguments: {
      StateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:child',
      Name: '{% $states.context.Execution.Name & "-child" %}',
      Input: { shard: 's' },
    },
    End: true,
    ...extra,
  });

  test('waits for the child and gives its output as JSON', async () => {
    const bench = new Bench();
    await bench.machine(
      { StartAt: 'P', States: { P: { Type: 'Pass', Output: { ok: true }, End: true } } },
      'child',
    );

    const execution = await bench.run({ Start: starting({ Output: '{% $states.result %}' }) });

    expect(execution.output).toMatchObject({
      Status: 'SUCCEEDED',
      Input: { shard: 's' },
      Output: { ok: true },
    });
  });

  test('a failed child is States.TaskFailed, with the child’s error in the cause', async () => {
    const bench = new Bench();
    await bench.machine(
      { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'CloneFailed', Cause: 'c' } } },
      'child',
    );

    const execution = await bench.run({ Start: starting() });

    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(execution.cause)).toMatchObject({ Error: 'CloneFailed', Cause: 'c', Status: 'FAILED' });
  });

  test('stopping the parent stops the child', async () => {
    const bench = new Bench({}, undefined);
    const child = await bench.machine(
      { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 99_999, End: true } } },
      'child',
    );
    const parent = await bench.machine({ StartAt: 'Start', States: { Start: starting() } }, 'parent');
    const executionArn = await bench.start(parent);
    await new Promise((resolve) => setTimeout(resolve, 10));

    await bench.api('StopExecution', { executionArn, error: 'Operator', cause: 'enough' });

    expect(await bench.ended(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Operator',
      cause: 'enough',
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { executions } = await bench.api('ListExecutions', {
      stateMachineArn: child,
      statusFilter: 'ABORTED',
    });
    expect(executions).toHaveLength(1);
  });
});
