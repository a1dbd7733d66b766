import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  GetExecutionHistoryCommand,
  InvalidDefinition,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Endpoint } from '../../lib/sandbox/wire/server.ts';
import { Bench, payloadOf, returned } from '../unit/sandbox/stepfunctions/fixture.ts';

let token = '';
const bench = new Bench({
  'lambda.Invoke': (input) => {
    token = payloadOf(input).token;
    return returned(null);
  },
});
const owner = { arn: 'arn:aws:iam::111122223333:root' };
const endpoint = new Endpoint([bench.service], { principalOf: () => owner, log: () => {} });
let client: SFNClient;
let stateMachineArn: string;

beforeAll(async () => {
  const { url } = await endpoint.listen();
  client = new SFNClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  stateMachineArn = await bench.machine({
    StartAt: 'AwaitApproval',
    States: {
      AwaitApproval: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
        Assign: { who: '{% $states.result.who %}' },
        End: true,
      },
    },
  });
});

afterAll(async () => {
  client.destroy();
  await endpoint.close();
  await bench.service.stop();
});

test('the SDK starts, approves, describes and reads the history of an execution', async () => {
  const { executionArn } = await client.send(
    new StartExecutionCommand({ stateMachineArn, name: 'run-1', input: '{"a":1}' }),
  );
  while (!token) await new Promise((resolve) => setTimeout(resolve, 2));
  await client.send(new SendTaskSuccessCommand({ taskToken: token, output: '{"who":"ada"}' }));
  await bench.ended(executionArn!);

  const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));

  expect(execution).toMatchObject({
    status: 'SUCCEEDED',
    output: '{"who":"ada"}',
    startDate: expect.any(Date),
  });
  expect(events!.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSubmitted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  expect(events![2]!.taskScheduledEventDetails).toMatchObject({
    resourceType: 'lambda',
    resource: 'invoke.waitForTaskToken',
    region: 'eu-central-1',
    parameters: expect.stringContaining('"FunctionName":"ask"'),
  });
  expect(events![6]!.stateExitedEventDetails?.assignedVariables).toEqual({ who: '"ada"' });
});

test('refusals are the client’s own error classes', async () => {
  const again = new StartExecutionCommand({ stateMachineArn, name: 'run-1', input: '{"a":2}' });
  const late = new SendTaskSuccessCommand({ taskToken: token, output: '{}' });
  const broken = new CreateStateMachineCommand({
    name: 'broken',
    roleArn: 'arn:aws:iam::111122223333:role/runner',
    definition: '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}',
  });

  await expect(client.send(again)).rejects.toBeInstanceOf(ExecutionAlreadyExists);
  await expect(client.send(late)).rejects.toBeInstanceOf(TaskTimedOut);
  await expect(client.send(broken)).rejects.toBeInstanceOf(InvalidDefinition);
  await expect(client.send(broken)).rejects.toThrow("Missing 'Next' target: B at /States/A/Next");
});
