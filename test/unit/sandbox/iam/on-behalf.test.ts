import { expect, test } from '@jest/globals';
import { scaledClock } from '../../../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import { Authorizer, accountView } from '../../../../lib/sandbox/iam/authorizer.ts';
import { IamService } from '../../../../lib/sandbox/iam/service.ts';
import { StepFunctionsService } from '../../../../lib/sandbox/stepfunctions/service.ts';

/** What Step Functions does in a machine's name is the machine's role's to be allowed. */

const account = '111122223333';
const region = 'eu-central-1';
const machine = (name: string) => `arn:aws:states:${region}:${account}:stateMachine:${name}`;
const rule = `arn:aws:events:${region}:${account}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;

const start = { Effect: 'Allow', Action: 'states:StartExecution', Resource: machine('child') };
const learn = {
  Effect: 'Allow',
  Action: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
  Resource: rule,
};

const runsChild = {
  Type: 'Task',
  Resource: 'arn:aws:states:::states:startExecution.sync:2',
  Arguments: { StateMachineArn: machine('child') },
  End: true,
};
const mapsChildren = {
  Type: 'Map',
  Items: [1],
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'Nothing',
    States: { Nothing: { Type: 'Pass', End: true } },
  },
  End: true,
};

async function play(state: object, statements: object[]) {
  const clock = scaledClock(1);
  const context = new ServiceDirectory({ account, region, clock, directory: '/nonexistent', log: () => {} });
  const iam = new IamService(context);
  const services = [iam, new StepFunctionsService(context)];
  context.gate = new Authorizer(
    (arn) => iam.policyOf(arn),
    accountView(context, services),
    () => {},
  );
  for (const service of services) context.register(service);
  const { Role } = await context.call('iam', 'CreateRole', {
    RoleName: 'runner',
    AssumeRolePolicyDocument: '{}',
  });
  const PolicyDocument = JSON.stringify({ Statement: statements });
  await context.call('iam', 'PutRolePolicy', { RoleName: 'runner', PolicyName: 'runner', PolicyDocument });
  const create = (name: string, only: object) =>
    context.call('states', 'CreateStateMachine', {
      name,
      roleArn: Role.Arn,
      definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Only', States: { Only: only } }),
    });
  await create('child', { Type: 'Pass', End: true });
  await create('parent', state);
  const { executionArn } = await context.call('states', 'StartExecution', {
    stateMachineArn: machine('parent'),
  });
  for (;;) {
    const { status, error, cause } = await context.call('states', 'DescribeExecution', { executionArn });
    if (status !== 'RUNNING') return { status, error, cause };
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test.each([
  ['runs a child with both', runsChild, [start, learn], 'SUCCEEDED', /^$/],
  ['starts no child', runsChild, [learn], 'FAILED', /states:StartExecution on resource: \S+:child /],
  ['waits for no child', runsChild, [start], 'FAILED', /events:PutTargets/],
  ['maps over itself', mapsChildren, [{ ...start, Resource: machine('parent') }], 'SUCCEEDED', /^$/],
  [
    'maps over no children',
    mapsChildren,
    [start],
    'FAILED',
    /states:StartExecution on resource: \S+:parent /,
  ],
])('%s', async (_what, state, statements, status, cause) => {
  const ended = await play(state, statements);

  expect(ended).toMatchObject({ status });
  expect(ended.cause ?? '').toMatch(cause);
});
