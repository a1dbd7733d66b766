import { beforeEach, expect, test } from '@jest/globals';
import { answerAlarm } from '../../../../lambdas/trigger/answer-alarm.ts';
import type { TriggerPorts } from '../../../../lambdas/trigger/ports.ts';
import { recoverEnded } from '../../../../lambdas/trigger/recover-ended.ts';
import { clusterLock } from '../../../../lib/adapters/aws/cluster-lock.ts';
import { runState } from '../../../../lib/adapters/aws/run-state.ts';
import { now } from '../fakes/account.ts';
import { MemoryStore } from '../fakes/memory-store.ts';
import { policy, run } from '../fakes/run.ts';
import { fakeTools } from '../fakes/tools.ts';

const machine = 'arn:aws:states:eu-central-1:111122223333:stateMachine:orders-rollback';
let store: MemoryStore;
let started: { machine: string; name: string; input: any }[];
let alarm: { name: string; ringing: boolean; since: number; reason: string };
let tools: ReturnType<typeof fakeTools>;
let ports: TriggerPorts;

beforeEach(() => {
  store = new MemoryStore();
  started = [];
  alarm = { name: 'orders-rollback-needed', ringing: true, since: now - 60_000, reason: '' };
  tools = fakeTools();
  ports = {
    policy: policy(),
    alarms: { composite: async () => alarm },
    documents: runState(store),
    executions: {
      isRunning: async () => false,
      start: async (machineArn, name, input) => {
        if (started.some((one) => one.name === name)) return 'exists';
        started.push({ machine: machineArn, name, input });
        return 'started';
      },
    },
    lock: clusterLock(store),
    trail: tools.trail,
    compositeAlarm: alarm.name,
    rollbackMachine: machine,
    recoverMachine: 'arn:recover',
    now: () => now,
  };
});

test('an alarm starts one run, however often it is looked at and however it flaps', async () => {
  expect(await answerAlarm(ports)).toMatchObject({ done: 'started', about: 'orders-20261122T032900Z' });
  expect(await answerAlarm(ports)).toMatchObject({ done: 'known' });
  alarm = { ...alarm, since: now - 1000 };
  expect(await answerAlarm(ports)).toMatchObject({ done: 'known' });

  expect(started).toEqual([
    {
      machine,
      name: 'orders-20261122T032900Z',
      input: {
        reason: 'alarm orders-rollback-needed since 2026-11-22T03:29:00Z',
        restoreTo: 'last-good',
        mode: 'execute',
        class: 'data',
        incident: 'orders-20261122T032900Z',
        commander: 'alarm',
      },
    },
  ]);
});

test('an event about an alarm that is quiet by now is nothing', async () => {
  alarm = { ...alarm, ringing: false };

  expect(await answerAlarm(ports)).toMatchObject({ done: 'nothing' });
  expect(store.objects.size).toBe(0);
});

test('a policy that arms no class refuses, on record', async () => {
  ports.policy = policy((raw) => {
    raw.classes.data.preauthorised = [];
  });

  expect(await answerAlarm(ports)).toMatchObject({ done: 'refused' });
  expect(tools.records).toMatchObject([
    { kind: 'refusal', error: 'NotArmed', event: 'orders-20261122T032900Z' },
  ]);
  expect(started).toEqual([]);
});

test('within the cool-down of the last incident nothing starts', async () => {
  store.put('incidents/orders.json', {
    id: 'orders-1',
    alarm: alarm.name,
    since: '2026-11-22T03:00:00Z',
    state: 'closed',
    closedAt: '2026-11-22T03:20:00Z',
    run: 'r',
  });

  expect(await answerAlarm(ports)).toMatchObject({ done: 'refused' });
  expect(tools.records).toMatchObject([{ error: 'CoolingDown' }]);
});

const ended = {
  kind: 'ended' as const,
  executionArn: run.execution,
  machineArn: machine,
  status: 'ABORTED',
  error: 'ABORTED',
  cause: 'stopped',
};
const lock = { epoch: 3, run: run.id, execution: run.execution, acquiredAt: null, opened: null };

test('an execution that ended with the lock is recovered, once', async () => {
  store.put('locks/orders.json', lock);

  expect(await recoverEnded(ended, ports)).toMatchObject({ done: 'recovering', about: run.id });
  await recoverEnded(ended, ports);
  expect(started).toEqual([
    {
      machine: 'arn:recover',
      name: `${run.id}-ended`,
      input: {
        run: run.id,
        execution: run.execution,
        epoch: 3,
        by: 'event',
        error: 'ABORTED',
        cause: 'stopped',
      },
    },
  ]);
});

test.each([
  ['the lock is free', ended, undefined],
  ['the lock is another execution’s', ended, { ...lock, execution: 'arn:recovery' }],
  ['it succeeded', { ...ended, status: 'SUCCEEDED' }, lock],
  ['it is another machine’s', { ...ended, machineArn: 'arn:other' }, lock],
])('nothing to recover where %s', async (_what, event, held) => {
  if (held) store.put('locks/orders.json', held);

  expect(await recoverEnded(event, ports)).toMatchObject({ done: 'nothing' });
  expect(started).toEqual([]);
});
