import { describe, expect, test } from '@jest/globals';
import { Bench } from './fixture.ts';

const pass = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const roleArn = 'arn:aws:iam::111122223333:role/runner';

describe('CreateStateMachine', () => {
  test('the same request again gives the same machine, another definition is refused', async () => {
    const bench = new Bench();
    const arn = await bench.machine(pass);

    expect(arn).toBe('arn:aws:states:eu-central-1:111122223333:stateMachine:machine');
    expect(await bench.machine(pass)).toBe(arn);
    await expect(bench.machine({ ...pass, Comment: 'other' })).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
      message: `State Machine Already Exists: '${arn}'`,
    });
  });

  test.each([
    ['an Express machine', { type: 'EXPRESS' }, 'StateMachineTypeNotSupported'],
    ['a role that is no ARN', { roleArn: 'runner' }, 'InvalidArn'],
    ['a name with a slash', { name: 'a/b' }, 'InvalidName'],
  ])('refuses %s', async (_, request, code) => {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...pass });

    await expect(
      new Bench().api('CreateStateMachine', { name: 'machine', roleArn, definition, ...request }),
    ).rejects.toMatchObject({ code });
  });
});

test('a machine is described, listed, tagged, and gone once deleted', async () => {
  const bench = new Bench();
  const stateMachineArn = await bench.machine(pass);

  await bench.api('TagResource', {
    resourceArn: stateMachineArn,
    tags: [{ key: 'cluster', value: 'orders' }],
  });

  expect(await bench.api('DescribeStateMachine', { stateMachineArn })).toMatchObject({
    status: 'ACTIVE',
    type: 'STANDARD',
    roleArn,
    definition: JSON.stringify({ QueryLanguage: 'JSONata', ...pass }),
  });
  expect((await bench.api('ListStateMachines')).stateMachines).toHaveLength(1);
  expect((await bench.api('ListTagsForResource', { resourceArn: stateMachineArn })).tags).toEqual([
    { key: 'cluster', value: 'orders' },
  ]);
  await bench.api('DeleteStateMachine', { stateMachineArn });
  await expect(bench.api('DescribeStateMachine', { stateMachineArn })).rejects.toMatchObject({
    code: 'StateMachineDoesNotExist',
  });
});

test.each(['DescribeExecution', 'GetExecutionHistory', 'StopExecution'])(
  '%s refuses what is no ARN',
  async (operation) => {
    await expect(new Bench().api(operation, { executionArn: 'run-1' })).rejects.toMatchObject({
      code: 'InvalidArn',
      message: "Invalid Arn: 'Invalid ARN prefix: run-1'",
    });
  },
);

test('a page has at most a thousand entries', async () => {
  await expect(new Bench().api('ListStateMachines', { maxResults: 1001 })).rejects.toMatchObject({
    code: 'ValidationException',
  });
});

describe('UpdateStateMachine', () => {
  test('a change has a revision of its own; the same again keeps it', async () => {
    const bench = new Bench();
    const stateMachineArn = await bench.machine(pass);
    const describe = () => bench.api('DescribeStateMachine', { stateMachineArn });
    const to = (role: string) => bench.api('UpdateStateMachine', { stateMachineArn, roleArn: role });

    expect((await describe()).revisionId).toBeUndefined();
    const first = await to(`${roleArn}-2`);
    expect((await to(`${roleArn}-2`)).revisionId).toBe(first.revisionId);
    expect((await to(`${roleArn}-3`)).revisionId).not.toBe(first.revisionId);
    expect((await describe()).revisionId).not.toBe(first.revisionId);
  });

  test('refuses a request that changes nothing', async () => {
    const bench = new Bench();
    const stateMachineArn = await bench.machine(pass);

    await expect(bench.api('UpdateStateMachine', { stateMachineArn })).rejects.toMatchObject({
      code: 'MissingRequiredParameter',
    });
  });

  test.each([
    ['no group', { level: 'ALL' }],
    ['two groups', { level: 'OFF', destinations: [{}, {}] }],
  ])('refuses logging to %s', async (_, loggingConfiguration) => {
    const bench = new Bench();
    const stateMachineArn = await bench.machine(pass);

    await expect(
      bench.api('UpdateStateMachine', { stateMachineArn, loggingConfiguration }),
    ).rejects.toMatchObject({ code: 'InvalidLoggingConfiguration' });
  });
});

test('executions are listed by a status that exists', async () => {
  const bench = new Bench();
  const stateMachineArn = await bench.machine(pass);

  await expect(
    bench.api('ListExecutions', { stateMachineArn, statusFilter: 'running' }),
  ).rejects.toMatchObject({
    code: 'ValidationException',
    message: expect.stringContaining("Value 'running' at 'statusFilter'"),
  });
});
