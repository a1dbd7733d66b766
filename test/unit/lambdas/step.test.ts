import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { beforeEach, describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { defineStep, type Step, serve } from '../../../lambdas/step.ts';
import { readRecord } from '../../../lib/domain/audit/object.ts';
import { createTrail } from '../../../lib/domain/audit/writer.ts';
import { RollbackError } from '../../../lib/domain/errors.ts';
import { FakeStore, run, testKey, testWriter } from '../audit/fake-store.ts';

interface Ports {
  act: (attempt: number) => Promise<string>;
}

const change = defineStep({
  name: 'StartClone',
  records: 'change',
  input: z.object({ size: z.int() }),
  output: z.object({ id: z.string() }),
  undo: ({ shard }) => ({ step: 'RemoveClones', target: shard }),
  evidence: ({ id }) => ({ id, ratio: 0.5, at: new Date(0), absent: undefined }),
  run: async ({ attempt }, ports: Ports) => ({ id: await ports.act(attempt) }),
});
const undo = defineStep({ ...change, name: 'RemoveClones', reverses: true, undo: undefined });
const finding = defineStep({
  name: 'ValidateShard',
  records: 'finding',
  input: z.object({}),
  output: z.object({ id: z.string() }),
  run: async ({ attempt }, ports: Ports) => ({ id: await ports.act(attempt) }),
});
const decision = defineStep({
  name: 'RecordApproval',
  records: 'finding',
  kind: 'decision',
  input: z.object({}),
  output: z.object({ id: z.string() }),
  evidence: () => ({ decision: 'approved', by: ['ada'], ticket: 'T1' }),
  run: async ({ attempt }, ports: Ports) => ({ id: await ports.act(attempt) }),
});
const polling = defineStep({
  name: 'DescribeClone',
  records: 'none',
  input: z.object({}),
  output: z.object({ id: z.string() }),
  run: async ({ attempt }, ports: Ports) => ({ id: await ports.act(attempt) }),
});
const opening = defineStep({
  name: 'Declare',
  records: 'opens',
  input: z.object({}),
  output: z.object({ run: z.string() }),
  async run(_request, _ports: Ports, { trail, use }) {
    use(await trail.open(run, { policy: 'a'.repeat(64) }));
    return { run: run.id };
  },
});
const steps: Step<Ports>[] = [change, undo, finding, decision, polling, opening];

const key = testKey('orders-act');
const context = { functionName: 'orders-rollback-restore', functionVersion: '7', awsRequestId: 'request-1' };
const lane = { name: 'restore.shard-0', seq: -1, hash: 'f'.repeat(64) };

let store: FakeStore;
let act: Ports['act'];
let epoch: number;
let composed: number;

beforeEach(() => {
  store = new FakeStore();
  act = async () => 'clone-1';
  epoch = run.epoch;
  composed = 0;
});

const observers = () => ({
  logger: new Logger({ logLevel: 'SILENT' }),
  metrics: new Metrics({
    namespace: 'Test',
    serviceName: 'test',
    logger: { ...console, log: () => {} } as never,
  }),
});

function handler() {
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  return serve(
    steps,
    () => {
      composed++;
      return {
        ports: { act: (attempt) => act(attempt) },
        lock: { current: async () => ({ epoch }) },
        trail: (actor) => createTrail({ ...testWriter(store, key), actor }),
      };
    },
    observers(),
  );
}

const call = (event: object, serving = handler()): Promise<any> =>
  serving(
    { run, lane, shard: 'shard-0', input: { size: 1 }, attempt: 0, ...event },
    context as never,
  ) as Promise<any>;

const records = () => [...store.objects.values()].map((bytes) => readRecord(bytes, {})!);

test('a change is recorded before and after, and the lane is answered advanced', async () => {
  const answer = await call({ step: 'StartClone' });

  expect(answer.result).toEqual({ id: 'clone-1' });
  expect(answer.lane).toMatchObject({ name: lane.name, seq: 1 });
  expect(records()).toMatchObject([
    {
      kind: 'intent',
      op: 'StartClone.shard-0',
      actor: { function: context.functionName, version: '7', request: 'request-1' },
      data: { target: 'shard-0', undo: { step: 'RemoveClones', target: 'shard-0' } },
    },
    {
      kind: 'outcome',
      data: { result: 'ok', facts: { id: 'clone-1', ratio: '0.5', at: '1970-01-01T00:00:00.000Z' } },
    },
  ]);
});

test('the intent is on record before the step acts', async () => {
  act = async () => {
    expect(records().map(({ kind }) => kind)).toEqual(['intent']);
    return 'clone-1';
  };

  await call({ step: 'StartClone' });
});

test('a transient error leaves no outcome, and the retry adopts the intent and looks before it acts', async () => {
  const attempts: number[] = [];
  act = async (attempt) => {
    attempts.push(attempt);
    if (attempts.length === 1) throw new RollbackError('Throttled', 'slow down');
    return 'clone-1';
  };

  await expect(call({ step: 'StartClone' })).rejects.toMatchObject({ name: 'Throttled' });
  const before = records().map(({ kind }) => kind);
  await call({ step: 'StartClone' });

  expect(before).toEqual(['intent']);
  expect(records().map(({ kind }) => kind)).toEqual(['intent', 'outcome']);
  expect(attempts).toEqual([0, 1]);
});

test('an error of the catalogue is a failure, by name and SQLSTATE only', async () => {
  act = async () => {
    throw new RollbackError('FenceNotProven', 'row (alice, 4711) is in the way', {
      details: { sqlstate: '55P03' },
    });
  };

  await expect(call({ step: 'StartClone' })).rejects.toMatchObject({ name: 'FenceNotProven' });

  expect(records()[1]).toMatchObject({
    data: { result: 'failed', error: 'FenceNotProven', sqlstate: '55P03' },
  });
  expect(Buffer.concat([...store.objects.values()]).toString()).not.toContain('alice');
});

test('any other error leaves an outcome that nobody knows', async () => {
  act = async () => {
    throw new TypeError('a bug');
  };

  await expect(call({ step: 'StartClone' })).rejects.toThrow(TypeError);

  expect(records()[1]).toMatchObject({ data: { result: 'unknown' } });
});

test('a repetition with another result is told by a notice, not by a second outcome', async () => {
  act = async () => {
    throw new RollbackError('CloneFailed', 'no');
  };
  await expect(call({ step: 'StartClone' })).rejects.toMatchObject({ name: 'CloneFailed' });
  act = async () => 'clone-1';

  await call({ step: 'StartClone' });

  expect(
    records().map(({ kind, data }) => [kind, (data as any).result ?? (data as any).facts?.result]),
  ).toEqual([
    ['intent', undefined],
    ['outcome', 'failed'],
    ['notice', 'ok'],
  ]);
});

test('a run that a newer epoch has superseded changes nothing and records nothing', async () => {
  epoch = run.epoch + 1;
  act = async () => {
    throw new Error('acted');
  };

  await expect(call({ step: 'StartClone' })).rejects.toMatchObject({ name: 'EpochSuperseded' });
  expect(store.objects.size).toBe(0);
});

test('without its trail a change is not made', async () => {
  store.before = async () => 'unsure';
  let acted = false;
  act = async () => {
    acted = true;
    return 'clone-1';
  };

  await expect(call({ step: 'StartClone', attempt: 9 })).rejects.toMatchObject({
    name: 'ServiceUnavailable',
  });
  expect(acted).toBe(false);
});

describe('an undo', () => {
  test('waits for its trail at first', async () => {
    store.before = async () => 'unsure';

    await expect(call({ step: 'RemoveClones' })).rejects.toMatchObject({ name: 'ServiceUnavailable' });
  });

  test('acts without its trail in the end', async () => {
    store.before = async () => 'unsure';

    const answer = await call({ step: 'RemoveClones', attempt: 2 });

    expect(answer).toMatchObject({ result: { id: 'clone-1' }, lane: { seq: -1 } });
  });

  test('that acted without an intent is recorded late', async () => {
    store.before = async () => 'unsure';
    act = async () => {
      store.before = async () => undefined;
      return 'clone-1';
    };

    await call({ step: 'RemoveClones', attempt: 2 });

    expect(records()).toMatchObject([{ kind: 'outcome', late: true, data: { result: 'ok' } }]);
  });
});

test('a finding leaves one outcome without an intent', async () => {
  await call({ step: 'ValidateShard' });

  expect(records()).toMatchObject([{ kind: 'outcome', data: { result: 'ok', finding: true } }]);
});

test('a decision is recorded as one', async () => {
  await call({ step: 'RecordApproval' });

  expect(records()).toMatchObject([
    { kind: 'decision', data: { decision: 'approved', by: ['ada'], facts: { ticket: 'T1' } } },
  ]);
});

test('polling leaves nothing', async () => {
  const answer = await call({ step: 'DescribeClone' });

  expect(answer.lane).toEqual(lane);
  expect(store.objects.size).toBe(0);
});

test('a step that opens a run needs none, and answers main', async () => {
  const answer = await call({ step: 'Declare', run: null, lane: null });

  expect(answer).toMatchObject({ result: { run: run.id }, lane: { name: 'main', seq: 0 } });
});

test('ports are composed once per container, and again where that failed', async () => {
  const serving = handler();
  await call({ step: 'DescribeClone' }, serving);
  await call({ step: 'DescribeClone' }, serving);

  expect(composed).toBe(1);
});

test.each([
  ['an unknown step', { step: 'Dance' }, /no step "Dance"; it has StartClone/],
  ['a wrong input', { step: 'StartClone', input: { size: 'big' } }, /input\.size/],
  ['a wrong run', { step: 'StartClone', run: { ...run, epoch: -1 } }, /run\.epoch/],
  ['no run', { step: 'StartClone', run: null }, /run/],
  ['no lane', { step: 'StartClone', lane: null }, /cursor of its lane/],
  ['a lane that is none', { step: 'StartClone', lane: { name: 'x', seq: -2, hash: '' } }, /lane\.seq/],
])('%s is refused', async (_name, event, message) => {
  const called = call(event);

  await expect(called).rejects.toMatchObject({ name: 'InvalidInput' });
  await expect(called).rejects.toThrow(message);
});
