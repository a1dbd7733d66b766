import { beforeEach, expect, test } from '@jest/globals';
import type { DecisionPorts } from '../../../../lambdas/decision/ports.ts';
import { RecordApproval } from '../../../../lambdas/decision/record-approval.ts';
import { RecordPreauthorisation } from '../../../../lambdas/decision/record-preauthorisation.ts';
import { RequestApproval } from '../../../../lambdas/decision/request-approval.ts';
import { runState } from '../../../../lib/adapters/aws/run-state.ts';
import { now } from '../fakes/account.ts';
import { MemoryStore } from '../fakes/memory-store.ts';
import { plan, policy, run } from '../fakes/run.ts';
import { fakeTools } from '../fakes/tools.ts';

const tools = fakeTools();
const key = `approvals/${run.id}.json`;
const vote = (person: string) => ({
  person,
  decision: 'approve' as const,
  reason: 'seen',
  at: '2026-11-22T03:31:00Z',
});
let store: MemoryStore;
let messages: Record<string, unknown>[];
let ports: DecisionPorts;

beforeEach(() => {
  store = new MemoryStore();
  store.put(`runs/${run.id}/plan.json`, plan());
  messages = [];
  const tell = async (_subject: string, message: Record<string, unknown>) => String(messages.push(message));
  ports = { policy: policy(), store, documents: runState(store), notices: { tell }, now: () => now };
});

const ask = (taskToken: string) =>
  RequestApproval.run({ run, input: { taskToken, timeoutSeconds: 1800 }, attempt: 0 }, ports, tools);

test('asks people, and does not tell them the token', async () => {
  expect(await ask('secret-token')).toEqual({ quorum: 1, expiresAt: '2026-11-22T04:00:00Z' });
  expect(store.value(key)).toMatchObject({
    taskToken: 'secret-token',
    quorum: 1,
    dataLossSeconds: 1800,
    votes: [],
  });
  expect(JSON.stringify(messages)).not.toContain('secret-token');
});

test('asked again it has the new token and keeps the votes', async () => {
  await ask('first');
  store.put(key, { ...store.value(key), votes: [vote('ada')] });
  await ask('second');

  expect(store.value(key)).toMatchObject({ taskToken: 'second', votes: [vote('ada')] });
});

test('a decision is recorded with who made it, and its token is used up', async () => {
  await ask('token');

  expect(
    await RecordApproval.run({ run, input: { votes: [vote('ada')] }, attempt: 0 }, ports, tools),
  ).toEqual({
    by: ['ada'],
    quorum: 1,
  });
  expect(store.value(key)).toMatchObject({ taskToken: null, votes: [vote('ada')] });
});

test('the requester alone is no quorum', async () => {
  await expect(
    RecordApproval.run({ run, input: { votes: [vote('eve')] }, attempt: 0 }, ports, tools),
  ).rejects.toEqual(expect.objectContaining({ name: 'ApprovalInvalid' }));
});

test('pre-authorised are drills, and alarms that the policy arms for their own run', async () => {
  const preauthorise = (more = {}) =>
    RecordPreauthorisation.run({ run: { ...run, ...more }, input: {}, attempt: 0 }, ports, tools);
  expect(await preauthorise({ mode: 'drill' })).toMatchObject({ rule: 'drill' });
  await expect(preauthorise()).rejects.toEqual(expect.objectContaining({ name: 'NotArmed' }));

  store.put('incidents/orders.json', {
    id: 'one',
    alarm: 'a',
    since: 's',
    state: 'open',
    closedAt: null,
    run: null,
  });
  expect(await preauthorise()).toMatchObject({ rule: 'alarm' });
  await expect(preauthorise({ class: 'full' })).rejects.toEqual(
    expect.objectContaining({ name: 'NotArmed' }),
  );
});
