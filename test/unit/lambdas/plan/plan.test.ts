import { beforeEach, describe, expect, test } from '@jest/globals';
import { CheckPreconditions } from '../../../../lambdas/plan/check-preconditions.ts';
import { Close, CloseReversed } from '../../../../lambdas/plan/close.ts';
import { Declare } from '../../../../lambdas/plan/declare.ts';
import type { PlanPorts } from '../../../../lambdas/plan/ports.ts';
import { RecordPointOfNoReturn } from '../../../../lambdas/plan/record-point-of-no-return.ts';
import { RecordRefusal } from '../../../../lambdas/plan/record-refusal.ts';
import { TakeOver } from '../../../../lambdas/plan/take-over.ts';
import { clusterLock } from '../../../../lib/adapters/aws/cluster-lock.ts';
import { runState } from '../../../../lib/adapters/aws/run-state.ts';
import { FakeInstances, FakeRecords, instance, now } from '../fakes/account.ts';
import { MemoryStore } from '../fakes/memory-store.ts';
import { policy, run as someRun } from '../fakes/run.ts';
import { fakeTools } from '../fakes/tools.ts';

const execution = { arn: someRun.execution, name: 'one', startTime: '2026-11-22T03:29:00.000Z' };
const recovery = { ...execution, arn: `${execution.arn}-recovery`, name: 'recovery' };
const named = (name: string) => expect.objectContaining({ name });

let store: MemoryStore;
let instances: FakeInstances;
let records: FakeRecords;
let running: Set<string>;
let told: string[];
let tools: ReturnType<typeof fakeTools>;
let ports: PlanPorts;

beforeEach(() => {
  store = new MemoryStore();
  store.put('sentinel/orders/last-good.json', { at: '2026-11-22T03:10:20.500Z', shards: {} });
  instances = new FakeInstances(instance('orders-shard-0'), instance('orders-shard-1'));
  records = new FakeRecords(
    { name: 'shard-0.orders.internal', value: 'orders-shard-0.rds.internal', ttl: 60 },
    { name: 'shard-1.orders.internal', value: 'orders-shard-1.rds.internal', ttl: 30 },
  );
  running = new Set();
  told = [];
  tools = fakeTools();
  ports = {
    policy: policy(),
    policyHash: 'b'.repeat(64),
    lock: clusterLock(store),
    documents: runState(store),
    executions: { isRunning: async (arn) => running.has(arn) },
    instances,
    records,
    account: {
      quotas: async () => ({ instances: { used: 2, most: 40 } }),
      faultOfKey: async () => undefined,
    },
    notices: { tell: async (subject) => String(told.push(subject)) },
    longestFunctionTimeoutSeconds: 120,
    now: () => now,
  };
});

async function declared(request: Record<string, unknown> = { reason: 'bad import' }) {
  const result = await Declare.run(
    { run: {}, input: { request, execution, afterRecovery: false }, attempt: 0 },
    ports,
    tools,
  );
  if (result.stale) throw new Error('stale');
  return result.run;
}

const check = (run: typeof someRun, more: Record<string, unknown> = {}) =>
  CheckPreconditions.run(
    {
      run,
      input: { reason: 'r', restoreTo: null, restorePoint: null, why: null, waitedSeconds: 0, ...more },
      attempt: 0,
    },
    ports,
    tools,
  );

describe('Declare', () => {
  test('takes the lock under a new epoch and opens the trail; repeated, it finds its own', async () => {
    const run = await declared();

    expect(run).toMatchObject({
      cluster: 'orders',
      epoch: 1,
      mode: 'execute',
      class: 'data',
      incident: run.id,
    });
    expect(await declared()).toEqual(run);
    expect(store.value('locks/orders.json')).toMatchObject({
      epoch: 1,
      run: run.id,
      execution: execution.arn,
      opened: null,
    });
    expect(tools.records).toHaveLength(1);
  });

  test.each([
    [{ reason: 'r', colour: 'red' }, 'InvalidInput'],
    [{ reason: 'r', class: 'schema' }, 'InvalidInput'],
    [{}, 'InvalidInput'],
  ])('%p is refused before anything is taken', async (request, error) => {
    await expect(declared(request)).rejects.toEqual(named(error));
    expect(store.value('locks/orders.json')).toBeUndefined();
    expect(tools.records).toEqual([]);
  });

  const held = {
    epoch: 4,
    run: 'old',
    execution: 'arn:old',
    acquiredAt: '2026-11-22T01:00:00Z',
    opened: null,
  };

  test('a lock whose execution is under way is held', async () => {
    store.put('locks/orders.json', held);
    running.add('arn:old');

    await expect(declared()).rejects.toEqual(named('LockHeld'));
  });

  test('a lock whose execution has ended is to be recovered first, once', async () => {
    store.put('locks/orders.json', held);
    const declare = (afterRecovery: boolean) =>
      Declare.run(
        { run: {}, input: { request: { reason: 'r' }, execution, afterRecovery }, attempt: 0 },
        ports,
        tools,
      );

    expect(await declare(false)).toMatchObject({ stale: true, staleRun: 'old', staleExecution: 'arn:old' });
    await expect(declare(true)).rejects.toEqual(named('LockHeld'));
  });

  test('of two that declare at once one gets the lock', async () => {
    store.before = (key) => {
      store.before = () => {};
      running.add('arn:faster');
      if (key === 'locks/orders.json') store.put(key, { ...held, execution: 'arn:faster', run: 'faster' });
    };

    await expect(declared()).rejects.toEqual(named('LockHeld'));
  });
});

describe('CheckPreconditions', () => {
  test('writes the plan and the lists for the Maps, and asks people', async () => {
    const run = await declared();

    expect(await check(run)).toMatchObject({
      next: 'approve',
      restorePoint: '2026-11-22T03:10:19Z',
      shards: 2,
      canary: 1,
      others: 1,
      waves: 2,
      dataLossSeconds: 1181,
    });
    const plan = store.value(`runs/${run.id}/plan.json`);
    expect(plan).toMatchObject({ previousTtl: 60, canary: ['shard-0'], waves: [['shard-0'], ['shard-1']] });
    expect(plan.shards[0]).toMatchObject({
      source: {
        instanceId: 'orders-shard-0',
        host: 'orders-shard-0.rds.internal',
        securityGroups: ['sg-app'],
      },
      clone: { instanceId: `orders-shard-0-${run.id.split('-')[1]!.slice(0, 8)}` },
    });
    expect(store.value(`runs/${run.id}/items/wave-1.json`)).toEqual([{ shard: 'shard-1' }]);
  });

  test('an attempt that comes again keeps to the plan that stands', async () => {
    const run = await declared();
    await check(run);
    store.put('sentinel/orders/last-good.json', { at: '2026-11-22T03:20:00Z', shards: {} });

    expect(await check(run)).toMatchObject({ restorePoint: '2026-11-22T03:10:19Z' });
  });

  test('waits for a point that is not restorable yet, and keeps to it', async () => {
    const run = await declared();

    const waiting = await check(run, { restoreTo: '2026-11-22T03:29:30Z' });
    expect(waiting).toMatchObject({ next: 'wait', waitSeconds: 90, restorePoint: '2026-11-22T03:29:30Z' });
    for (const one of instances.all.values()) one.latestRestorable = now;
    expect(
      await check(run, { restorePoint: '2026-11-22T03:29:30Z', why: 'given', waitedSeconds: 90 }),
    ).toMatchObject({
      next: 'approve',
      restorePoint: '2026-11-22T03:29:30Z',
    });
  });

  test('an alarm’s own run is pre-authorised, a person who says so is not', async () => {
    const incident = {
      id: 'one',
      alarm: 'a',
      since: '2026-11-22T03:28:00Z',
      state: 'open',
      closedAt: null,
      run: null,
    };
    const run = await declared({ reason: 'r', incident: 'one' });
    expect(await check(run)).toMatchObject({ next: 'approve' });

    store.put('incidents/orders.json', incident);
    expect(await check(run)).toMatchObject({ next: 'preauthorise' });
    store.put('incidents/orders.json', { ...incident, id: 'two' });
    expect(await check(run)).toMatchObject({ next: 'approve' });
  });

  test.each<[string, () => void, string]>([
    ['no record', () => records.zone.delete('shard-1.orders.internal'), 'RecordUnexpected'],
    [
      'a record elsewhere',
      () =>
        records.zone.set('shard-1.orders.internal', {
          name: 'shard-1.orders.internal',
          value: 'x.example.com',
          ttl: 5,
        }),
      'RecordUnexpected',
    ],
    [
      'the record of another shard’s instance',
      () =>
        records.zone.set('shard-1.orders.internal', {
          name: 'shard-1.orders.internal',
          value: 'orders-shard-0.rds.internal',
          ttl: 5,
        }),
      'RecordUnexpected',
    ],
    [
      'an instance tagged as another shard’s',
      () => {
        instances.all.get('orders-shard-1')!.tags['safe-rollback:shard'] = 'shard-7';
      },
      'RecordUnexpected',
    ],
    [
      'an instance of another cluster',
      () => {
        instances.all.get('orders-shard-1')!.tags = {};
      },
      'RecordUnexpected',
    ],
    [
      'another Region',
      () => {
        instances.all.get('orders-shard-1')!.arn = 'arn:aws:rds:us-east-1:111122223333:db:x';
      },
      'ResidencyViolation',
    ],
    [
      'another account',
      () => {
        instances.all.get('orders-shard-1')!.arn = 'arn:aws:rds:eu-central-1:999999999999:db:x';
      },
      'ResidencyViolation',
    ],
    [
      'another network',
      () => {
        instances.all.get('orders-shard-1')!.vpc = 'vpc-other';
      },
      'ResidencyViolation',
    ],
    [
      'no backups',
      () => {
        instances.all.get('orders-shard-1')!.latestRestorable = undefined;
      },
      'RestorePointOutsideWindow',
    ],
    [
      'no sentinel',
      () => {
        store.objects.delete('sentinel/orders/last-good.json');
      },
      'NoRestorePoint',
    ],
    [
      'no room',
      () => {
        ports.account.quotas = async () => ({ instances: { used: 39, most: 40 } });
      },
      'QuotaExceeded',
    ],
    [
      'a key that is switched off',
      () => {
        instances.all.get('orders-shard-0')!.kmsKeyId = 'arn:key';
        ports.account.faultOfKey = async () => 'state Disabled';
      },
      'KeyNotUsable',
    ],
  ])('%s stops the run with nothing changed', async (_what, spoil, error) => {
    const run = await declared();
    spoil();

    await expect(check(run)).rejects.toEqual(named(error));
    expect(store.value(`runs/${run.id}/plan.json`)).toBeUndefined();
    expect(instances.calls).toEqual([]);
  });
});

describe('the end of a run', () => {
  const end = async (outcome: 'planned' | 'completed') => {
    const run = await declared();
    await check(run);
    const { shards } = store.value(`runs/${run.id}/plan.json`);
    for (const { clone } of shards) instances.all.set(clone.instanceId, instance(clone.instanceId));
    await Close.run({ run, input: { outcome, findings: [] }, attempt: 0 }, ports, tools);
    return {
      run,
      close: () => Close.run({ run, input: { outcome, findings: [] }, attempt: 1 }, ports, tools),
    };
  };

  test('says who is live and who retired, closes, tells once, and frees the lock', async () => {
    const { run, close } = await end('completed');
    await close();

    expect(instances.all.get('orders-shard-0')!.tags['safe-rollback:role']).toBe('retired');
    expect(store.value(`runs/${run.id}/report.json`)).toMatchObject({
      outcome: 'completed',
      restorePoint: '2026-11-22T03:10:19Z',
    });
    expect(store.value('locks/orders.json')).toMatchObject({ epoch: 1, run: null });
    expect(told).toEqual(['orders: rollback completed']);
  });

  test('a plan tags nobody', async () => {
    await end('planned');

    expect(instances.calls).toEqual([]);
  });

  test('a refused declaration is a record of its own and closes its incident', async () => {
    store.put('incidents/orders.json', {
      id: 'one',
      alarm: 'a',
      since: 's',
      state: 'open',
      closedAt: null,
      run: null,
    });
    const input = { error: 'LockHeld', cause: 'held', request: {}, execution };
    await RecordRefusal.run({ run: {}, input, attempt: 0 }, ports, tools);

    expect(tools.records).toMatchObject([{ kind: 'refusal', event: 'one', error: 'LockHeld' }]);
    expect(store.value('incidents/orders.json')).toMatchObject({
      state: 'closed',
      closedAt: '2026-11-22T03:30:00Z',
    });
  });

  test('a refused run ends: recorded, told, lock freed', async () => {
    const run = await declared();
    const input = { error: 'Lambda.Unknown', cause: 'c', request: {}, execution };
    await RecordRefusal.run({ run, input, attempt: 0 }, ports, tools);

    expect(tools.records.at(-1)).toMatchObject({
      kind: 'refusal',
      data: { facts: { caught: 'Lambda.Unknown' } },
    });
    expect(store.value('locks/orders.json').run).toBeNull();
  });
});

describe('recovery', () => {
  const takeOver = (more: Record<string, unknown> = {}) =>
    TakeOver.run(
      {
        run: {},
        input: {
          run: null,
          execution: execution.arn,
          epoch: null,
          by: 'event',
          error: 'ABORTED',
          cause: '',
          recovery,
          ...more,
        } as never,
        attempt: 0,
      },
      ports,
      tools,
    );

  test('raises the epoch, and goes back where there is a plan', async () => {
    const run = await declared();
    await check(run);

    const taken = await takeOver();
    expect(taken).toMatchObject({
      direction: 'reverse',
      waitSeconds: 120,
      run: { id: run.id, epoch: 2, execution: recovery.arn },
    });
    expect(await takeOver()).toEqual(taken);
    await expect(RecordPointOfNoReturn.run({ run, input: {}, attempt: 0 }, ports, tools)).rejects.toEqual(
      named('EpochSuperseded'),
    );
    expect(store.value(`runs/${run.id}/opened.json`)).toBeUndefined();
  });

  test('goes forward after the point of no return', async () => {
    const run = await declared();
    await check(run);
    await RecordPointOfNoReturn.run({ run, input: {}, attempt: 0 }, ports, tools);

    expect(await takeOver({ by: 'run', run: run.id, epoch: 1, error: 'CloneForeign' })).toMatchObject({
      direction: 'forward',
      waitSeconds: 0,
    });
  });

  test('only closes what had no plan, and its end frees the lock', async () => {
    await declared();
    const { direction, run } = await takeOver();
    expect(direction).toBe('close');

    await CloseReversed.run({ run: run!, input: { error: 'ABORTED', cause: '' }, attempt: 0 }, ports, tools);
    expect(store.value('locks/orders.json')).toMatchObject({ epoch: 2, run: null });
  });

  test.each([
    ['a free lock', async () => {}],
    [
      'another execution’s lock',
      async () => {
        store.put('locks/orders.json', {
          epoch: 1,
          run: 'r',
          execution: 'arn:x',
          acquiredAt: null,
          opened: null,
        });
      },
    ],
  ])('%s is nothing to recover', async (_what, prepare) => {
    await prepare();

    expect(await takeOver()).toEqual({ direction: 'nothing', waitSeconds: 0, run: null });
  });

  test('a run that is under way is not taken over, unless it asks for it itself', async () => {
    const run = await declared();
    running.add(execution.arn);

    await expect(takeOver()).rejects.toEqual(named('LockHeld'));
    expect(await takeOver({ by: 'run', run: run.id, epoch: 1 })).toMatchObject({ direction: 'close' });
  });
});
