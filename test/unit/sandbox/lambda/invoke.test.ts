import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FunctionHost } from './functions.ts';

const host = new FunctionHost();

beforeAll(async () => {
  await host.define(
    'echo',
    'export const handler = async (event, context) => ({ event, context, env: process.env, ms: context.getRemainingTimeInMillis(), pid: process.pid });',
    {
      Environment: { Variables: { COLOUR: 'red' } },
    },
  );
});

afterAll(() => host.stop());

describe('an invocation', () => {
  test('hands the handler its event, its context and the role’s credentials', async () => {
    const { StatusCode, FunctionError, payload } = await host.invoke('echo', { hello: 'world' });

    expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: undefined });
    expect(payload.event).toEqual({ hello: 'world' });
    expect(payload.ms).toBeGreaterThan(5_000);
    expect(payload.context).toMatchObject({
      functionName: 'echo',
      invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:echo',
      logGroupName: '/aws/lambda/echo',
    });
    expect(payload.env).toMatchObject({ COLOUR: 'red', AWS_ENDPOINT_URL: 'http://127.0.0.1:9', TZ: ':UTC' });
    expect(payload.env._X_AMZN_TRACE_ID).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/);
    expect(host.context.principalOf(payload.env.AWS_ACCESS_KEY_ID)).toEqual({
      arn: 'arn:aws:sts::111122223333:assumed-role/echo-role/echo',
      roleArn: 'arn:aws:iam::111122223333:role/echo-role',
    });
  });

  test('uses a warm environment again and counts one cold start', async () => {
    const first = await host.invoke('echo');
    const second = await host.invoke('echo');

    expect(second.payload.pid).toBe(first.payload.pid);
    expect(host.lambda.coldStarts().echo).toHaveLength(1);
  });

  test('runs side by side in environments of their own, never more than two', async () => {
    await host.define(
      'slow',
      'export const handler = () => new Promise((done) => setTimeout(() => done(process.pid), 300));',
    );

    const answers = await Promise.all(Array.from({ length: 6 }, () => host.invoke('slow')));

    expect(new Set(answers.map((answer) => answer.payload)).size).toBe(2);
  });

  test('answers with the error that the handler threw, by its name', async () => {
    await host.define(
      'throws',
      `export const handler = async () => { const e = new Error('no'); e.name = 'LockHeld'; throw e; };`,
    );

    const { FunctionError, payload } = await host.invoke('throws');

    expect(FunctionError).toBe('Unhandled');
    expect(payload).toMatchObject({ errorType: 'LockHeld', errorMessage: 'no' });
    expect(payload.trace[0]).toContain('no');
  });

  test('ends at the timeout, with the process gone', async () => {
    await host.define(
      'hangs',
      `export const handler = async () => { setInterval(() => {}, 1000); await new Promise(() => {}); };`,
      { Timeout: 1 },
    );

    const { FunctionError, payload } = await host.invoke('hangs');

    expect(FunctionError).toBe('Unhandled');
    expect(payload.errorType).toBe('Sandbox.Timedout');
    expect(payload.errorMessage).toMatch(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/);
    expect((await host.logLines('hangs')).join('\n')).toContain('Status: timeout');
  });

  test.each([
    [
      'process exit',
      'export const handler = async () => process.exit(3);',
      'Runtime.ExitError',
      /exit status 3/,
    ],
    [
      'unhandled rejection',
      `export const handler = async () => { Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 2000)); };`,
      'Runtime.UnhandledPromiseRejection',
      /Error: lost/,
    ],
    ['failing start', `throw new TypeError('bad start');`, 'TypeError', /bad start/],
    ['missing module', `import 'nowhere';`, 'Runtime.ImportModuleError', /nowhere/],
    ['missing handler', `export const other = 1;`, 'Runtime.HandlerNotFound', /index\.handler is undefined/],
    [
      'callback handler',
      `export const handler = (event, context, callback) => callback(null, 1);`,
      'Runtime.CallbackHandlerDeprecated',
      /callback/,
    ],
  ])(
    '%s has the error type that AWS gives it, and the next invocation a new process',
    async (title, source, type, message) => {
      const name = title.replace(' ', '-');
      await host.define(name, source);

      const first = await host.invoke(name);
      const second = await host.invoke(name);

      for (const { FunctionError, payload } of [first, second]) {
        expect(FunctionError).toBe('Unhandled');
        expect(payload.errorType).toBe(type);
        expect(payload.errorMessage).toMatch(message);
      }
    },
  );

  test('refuses what AWS refuses', async () => {
    await expect(host.invoke('nobody')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
    await expect(host.invoke('echo', 'x'.repeat(6 * 1024 * 1024))).rejects.toMatchObject({
      code: 'RequestTooLargeException',
    });
    await expect(
      host.context.call('lambda', 'Invoke', { FunctionName: 'echo', Payload: new TextEncoder().encode('{') }),
    ).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
  });

  test('beyond its reserved concurrency is refused', async () => {
    await host.define('single', 'export const handler = () => new Promise((done) => setTimeout(done, 200));');
    await host.context.call('lambda', 'PutFunctionConcurrency', {
      FunctionName: 'single',
      ReservedConcurrentExecutions: 1,
    });

    const [first, second] = await Promise.allSettled([host.invoke('single'), host.invoke('single')]);

    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { code: 'TooManyRequestsException', status: 429 },
    });
  });

  test('an answer above 6 MB is the function’s error', async () => {
    await host.define('large', `export const handler = async () => 'x'.repeat(7 * 1024 * 1024);`);

    const { payload } = await host.invoke('large');

    expect(payload.errorType).toBe('Function.ResponseSizeTooLarge');
  });
});

describe('logs', () => {
  test('show start, console output, end and report', async () => {
    await host.define(
      'talks',
      `export const handler = async () => { console.log('two\\nlines'); process.stdout.write('plain\\n'); };`,
    );

    const { LogResult } = await host.invoke('talks', {}, { LogType: 'Tail' });

    const lines = await host.logLines('talks');
    expect(lines[0]).toMatch(/^START RequestId: \S+ Version: \$LATEST$/);
    expect(lines[1]).toMatch(/^\d{4}-\S+Z\t\S+\tINFO\ttwo\nlines$/);
    expect(lines[2]).toBe('plain');
    expect(lines[3]).toMatch(/^END/);
    expect(lines[4]).toMatch(/^REPORT .*Billed Duration: \d+ ms\tMemory Size: 128 MB$/);
    expect(Buffer.from(LogResult, 'base64').toString()).toContain('plain');
  });

  test('are JSON where the function’s settings say so', async () => {
    await host.define(
      'structured',
      `export const handler = async () => { console.debug('unseen'); console.log('a', 1); throw new TypeError('bad'); };`,
      { LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' } },
    );

    await host.invoke('structured');

    const lines = (await host.logLines('structured')).map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { type: 'platform.start', record: { version: '$LATEST' } },
      { level: 'INFO', message: 'a 1' },
      { level: 'ERROR', message: { errorType: 'TypeError', errorMessage: 'bad' } },
      { type: 'platform.report', record: { status: 'error', metrics: { memorySizeMB: 128 } } },
    ]);
  });

  test('in the embedded metric format become metrics', async () => {
    const line = JSON.stringify({
      _aws: {
        Timestamp: 1_790_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'Shop',
            Dimensions: [['Cluster'], ['Cluster', 'Shard']],
            Metrics: [{ Name: 'Orders', Unit: 'Count' }],
          },
        ],
      },
      Cluster: 'orders',
      Shard: 's0',
      Orders: 3,
    });
    await host.define(
      'measures',
      `export const handler = async () => process.stdout.write(${JSON.stringify(`${line}\n`)});`,
    );

    await host.invoke('measures');
    await host.logLines('measures');

    const [put] = host.calls.filter((call) => call.operation === 'PutMetricData');
    const shared = {
      MetricName: 'Orders',
      Timestamp: new Date(1_790_000_000_000),
      Unit: 'Count',
      Value: 3,
      StorageResolution: 60,
    };
    expect(put!.input).toEqual({
      Namespace: 'Shop',
      MetricData: [
        { ...shared, Dimensions: [{ Name: 'Cluster', Value: 'orders' }] },
        {
          ...shared,
          Dimensions: [
            { Name: 'Cluster', Value: 'orders' },
            { Name: 'Shard', Value: 's0' },
          ],
        },
      ],
    });
  });
});

describe('an asynchronous invocation', () => {
  test('is tried three times and then goes to the function’s destination', async () => {
    await host.define('fails', `export const handler = async () => { throw new Error('never'); };`);
    await host.context.call('lambda', 'PutFunctionEventInvokeConfig', {
      FunctionName: 'fails',
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:eu-central-1:111122223333:failed' } },
    });

    const { StatusCode } = await host.invoke('fails', { n: 1 }, { InvocationType: 'Event' });

    expect(StatusCode).toBe(202);
    const sent = await eventually(() => host.calls.find((call) => call.operation === 'SendMessage'));
    expect(JSON.parse(sent.input.MessageBody)).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { n: 1 },
      responsePayload: { errorMessage: 'never' },
    });
  });
});

describe('crash tests', () => {
  test('can lose the answer of work that was done', async () => {
    host.lambda.onInvoke = ({ functionName }) =>
      functionName === 'echo' ? { kill: 'before-answer' } : undefined;

    const killed = await host.invoke('echo');
    host.lambda.onInvoke = undefined;
    const next = await host.invoke('echo');

    expect(killed.payload.errorType).toBe('Runtime.ExitError');
    expect(killed.payload.errorMessage).toContain('signal: killed');
    expect(next.FunctionError).toBeUndefined();
  });
});

test('the idle environment used longest ago makes room for another function', async () => {
  const small = new FunctionHost({ limits: { total: 1 } });
  try {
    for (const name of ['one', 'two'])
      await small.define(name, 'export const handler = async () => process.pid;');

    const pids = [await small.invoke('one'), await small.invoke('two'), await small.invoke('one')];

    expect(new Set(pids.map((answer) => answer.payload)).size).toBe(3);
    expect(readdirSync(join(small.directory, 'pids'))).toHaveLength(1);
  } finally {
    await small.stop();
  }
  expect(existsSync(small.directory)).toBe(false);
});

async function eventually<T>(find: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not happen within ten seconds');
}
