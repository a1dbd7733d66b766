import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import { ServiceError } from '../../../../lib/sandbox/contract.ts';
import { SchedulerService } from '../../../../lib/sandbox/scheduler/service.ts';
import { SqsService } from '../../../../lib/sandbox/sqs/service.ts';
import { directory, fakeService, until } from '../events/fake-context.ts';

const Arn = 'arn:aws:lambda:eu-central-1:111122223333:function:sentinel';
const RoleArn = 'arn:aws:iam::111122223333:role/scheduler';

let context: ServiceDirectory;
let scheduler: SchedulerService;
let busy: boolean;
let invoked: any[];
let fault: Error | undefined;

beforeEach(() => {
  ({ context } = directory());
  busy = false;
  fault = undefined;
  invoked = [];
  scheduler = new SchedulerService(context, { isBusy: () => busy });
  context.register(scheduler);
  context.register(new SqsService(context));
  context.register(
    fakeService('lambda', {
      Invoke: async (input, call) => {
        if (fault) throw fault;
        invoked.push({
          payload: JSON.parse(new TextDecoder().decode(input.Payload)),
          principal: call.principal,
        });
        return {};
      },
    }),
  );
});

afterEach(() => scheduler.stop());

function create(settings: object = {}, target: object = {}) {
  return context.call('scheduler', 'CreateSchedule', {
    Name: 'sentinel',
    ScheduleExpression: 'rate(1 minute)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn, RoleArn, Input: '{"at":"<aws.scheduler.scheduled-time>"}', ...target },
    ...settings,
  });
}

test('a rate invokes its function with its input, as its role', async () => {
  await create();
  await until(() => invoked.length >= 2);
  expect(invoked[0].payload.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(invoked[0].principal.roleArn).toBe(RoleArn);
});

test('a time is left out while the target is still at work', async () => {
  busy = true;
  await create();
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(invoked).toEqual([]);
  busy = false;
  await until(() => invoked.length > 0);
});

test('at() fires once, at its time', async () => {
  const soon = new Date(Date.now() - 1000).toISOString().slice(0, 19);
  await create({ ScheduleExpression: `at(${soon})` });
  await until(() => invoked.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(invoked).toHaveLength(1);
});

test('a deleted or disabled schedule is silent', async () => {
  await create();
  await context.call('scheduler', 'DeleteSchedule', { Name: 'sentinel' });
  await create({ State: 'DISABLED' });
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(invoked).toEqual([]);
});

test('what the target refuses goes to the dead-letter queue', async () => {
  fault = new ServiceError('ResourceNotFoundException', 'no such function', { status: 404 });
  const { QueueUrl } = await context.call('sqs', 'CreateQueue', { QueueName: 'dead' });
  await create({}, { DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-central-1:111122223333:dead' } });
  let message: any;
  await until(async () => {
    message = (await context.call('sqs', 'ReceiveMessage', { QueueUrl, MessageAttributeNames: ['All'] }))
      .Messages?.[0];
    return message !== undefined;
  });
  expect(message.MessageAttributes.ERROR_CODE.StringValue).toBe('NO_RESOURCE');
});

test('schedules are described and listed by group', async () => {
  await context.call('scheduler', 'CreateScheduleGroup', { Name: 'orders' });
  await create({ GroupName: 'orders' });
  expect(
    await context.call('scheduler', 'GetSchedule', { Name: 'sentinel', GroupName: 'orders' }),
  ).toMatchObject({
    Name: 'sentinel',
    State: 'ENABLED',
    ScheduleExpression: 'rate(1 minute)',
  });
  const { Schedules } = await context.call('scheduler', 'ListSchedules', { GroupName: 'orders' });
  expect(Schedules).toHaveLength(1);
  await expect(create({ GroupName: 'orders' })).rejects.toThrow(/already exists/);
  await expect(create({ GroupName: 'gone' })).rejects.toThrow(/group gone does not exist/);
  await expect(create({ Name: 'x', ScheduleExpressionTimezone: 'Europe/Berlin' })).rejects.toThrow(/in UTC/);
});
