import { beforeEach, describe, expect, test } from '@jest/globals';
import { DescribeClone } from '../../../../lambdas/restore/describe-clone.ts';
import { DescribeRestorable } from '../../../../lambdas/restore/describe-restorable.ts';
import { CloseNetwork, OpenNetwork, ReopenNetwork } from '../../../../lambdas/restore/network.ts';
import { ApplyParity, ReadParity } from '../../../../lambdas/restore/parity.ts';
import type { RestorePorts } from '../../../../lambdas/restore/ports.ts';
import { RemoveClones } from '../../../../lambdas/restore/remove-clones.ts';
import { StartClone } from '../../../../lambdas/restore/start-clone.ts';
import { runState } from '../../../../lib/adapters/aws/run-state.ts';
import { FakeInstances, instance, now } from '../fakes/account.ts';
import { MemoryStore } from '../fakes/memory-store.ts';
import { plan, policy, run } from '../fakes/run.ts';
import { fakeTools } from '../fakes/tools.ts';

const clone = 'orders-shard-0-01234567';
const tags = {
  'safe-rollback:role': 'candidate',
  'safe-rollback:run': run.id,
  'safe-rollback:cluster': 'orders',
};
const tools = fakeTools();
let store: MemoryStore;
let instances: FakeInstances;
let ports: RestorePorts;

const request = <Input>(input: Input, shard = 'shard-0') => ({ run, shard, input, attempt: 0 });
const named = (name: string) => expect.objectContaining({ name });

beforeEach(() => {
  store = new MemoryStore();
  store.put(`runs/${run.id}/plan.json`, plan());
  instances = new FakeInstances(instance('orders-shard-0'), instance('orders-shard-1'));
  ports = {
    instances,
    documents: runState(store),
    policy: policy(),
    quarantine: { securityGroup: 'sg-quarantine', parameterGroup: 'quarantine' },
    fencedGroup: 'sg-fenced',
    now: () => now,
  };
});

describe('StartClone', () => {
  test('restores in quarantine from birth, tagged as this run’s candidate', async () => {
    const result = await StartClone.run(request({}), ports, tools);

    expect(result).toEqual({ instanceId: clone, adopted: false });
    expect(instances.orders[0]).toMatchObject({
      id: clone,
      restorePoint: '2026-11-22T03:00:00Z',
      securityGroup: 'sg-quarantine',
      parameterGroup: 'quarantine',
      tags: { ...tags, 'safe-rollback:shard': 'shard-0' },
    });
  });

  test('called again it finds its own', async () => {
    await StartClone.run(request({}), ports, tools);

    expect(await StartClone.run(request({}), ports, tools)).toEqual({ instanceId: clone, adopted: true });
    expect(instances.orders).toHaveLength(1);
  });

  test.each([
    ['an instance of somebody else has the name', { tags: {} }, 'CloneForeign'],
    ['one of another run has it', { tags: { ...tags, 'safe-rollback:run': 'other' } }, 'CloneForeign'],
    ['its own clone has failed', { tags, status: 'incompatible-restore' }, 'CloneFailed'],
  ])('%s', async (_what, more, error) => {
    instances.all.set(clone, instance(clone, more));

    await expect(StartClone.run(request({}), ports, tools)).rejects.toEqual(named(error));
  });

  test('a source that was replaced since the plan is not restored', async () => {
    instances.all.set('orders-shard-0', instance('orders-shard-0', { resourceId: 'db-OTHER' }));

    await expect(StartClone.run(request({}), ports, tools)).rejects.toEqual(named('RecordChanged'));
  });

  test('a shard that was not planned is refused', async () => {
    await expect(StartClone.run(request({}, 'shard-9'), ports, tools)).rejects.toEqual(named('InvalidInput'));
  });
});

describe('DescribeClone', () => {
  test('keeps where the clone is, once it is available', async () => {
    await StartClone.run(request({}), ports, tools);
    expect(await DescribeClone.run(request({ waitedSeconds: 20 }), ports, tools)).toMatchObject({
      available: false,
    });

    instances.all.set(clone, instance(clone, { tags }));

    expect(await DescribeClone.run(request({ waitedSeconds: 44 }), ports, tools)).toMatchObject({
      available: true,
    });
    expect(store.value(`runs/${run.id}/clones/shard-0.json`)).toMatchObject({
      host: `${clone}.rds.internal`,
      port: 5432,
    });
  });

  test.each([
    ['creating', 5 * 3600, 'CloneTimedOut'],
    ['incompatible-parameters', 20, 'CloneFailed'],
    ['storage-full', 20, 'CloneFailed'],
    ['deleting', 20, 'CloneFailed'],
  ])('%s after %d s', async (status, waitedSeconds, error) => {
    instances.all.set(clone, instance(clone, { tags, status }));

    await expect(DescribeClone.run(request({ waitedSeconds }), ports, tools)).rejects.toEqual(named(error));
  });

  test('not described yet is no failure', async () => {
    await expect(DescribeClone.run(request({ waitedSeconds: 0 }), ports, tools)).rejects.toEqual(
      named('NotYetVisible'),
    );
  });
});

describe('parity', () => {
  const read = (waitedSeconds = 15) => ReadParity.run(request({ waitedSeconds }), ports, tools);
  const apply = (round: number) => ApplyParity.run(request({ round }), ports, tools);

  test('settings first, then the reboot that the parameter group waits for, then done', async () => {
    await StartClone.run(request({}), ports, tools);
    Object.assign(instances.all.get(clone)!, { status: 'available' });

    expect((await apply(0)).changed.toSorted()).toEqual([
      'backupRetentionDays',
      'deletionProtection',
      'parameterGroup',
    ]);
    expect(await read()).toEqual({ next: 'apply', differing: [] });
    expect(await apply(1)).toEqual({ changed: [], rebooted: true });
    expect(await read()).toEqual({ next: 'done', differing: [] });
    expect(instances.all.get(clone)!.securityGroups).toEqual([{ id: 'sg-quarantine', status: 'active' }]);
  });

  test('waits while RDS is at it', async () => {
    instances.all.set(clone, instance(clone, { tags, status: 'modifying' }));
    expect(await read()).toMatchObject({ next: 'wait' });

    instances.all.set(clone, instance(clone, { tags, pending: true }));
    expect(await read()).toMatchObject({ next: 'wait' });
  });

  test.each([
    ['another key', { tags, kmsKeyId: 'arn:other' }, 15],
    ['a difference that stays', { tags, settings: { ...instance('x').settings, multiAz: true } }, 3700],
  ])('%s is said with what was expected and what was got', async (_what, more, waited) => {
    instances.all.set(clone, instance(clone, more));

    await expect(read(waited)).rejects.toEqual(named('ParityDiffers'));
    await expect(read(waited)).rejects.toThrow(/expected .*, got /);
  });
});

describe('networks', () => {
  test('closing and reopening the source, and opening the clone, are read back', async () => {
    instances.all.set(
      clone,
      instance(clone, { tags, securityGroups: [{ id: 'sg-quarantine', status: 'active' }] }),
    );

    expect((await CloseNetwork.run(request({}), ports, tools)).groups).toEqual(['sg-fenced']);
    expect((await CloseNetwork.run(request({}), ports, tools)).groups).toEqual(['sg-fenced']);
    expect((await ReopenNetwork.run(request({}), ports, tools)).groups).toEqual(['sg-app']);
    expect((await OpenNetwork.run(request({}), ports, tools)).groups).toEqual(['sg-app']);
    expect(instances.calls).toEqual(['modify orders-shard-0', 'modify orders-shard-0', `modify ${clone}`]);
  });

  test('groups that are not active yet are not done', async () => {
    instances.all.set(
      'orders-shard-0',
      instance('orders-shard-0', { securityGroups: [{ id: 'sg-fenced', status: 'adding' }] }),
    );

    await expect(CloseNetwork.run(request({}), ports, tools)).rejects.toEqual(named('ChangeInProgress'));
  });
});

describe('RemoveClones', () => {
  const remove = (reversing = true) =>
    RemoveClones.run(request({ waitedSeconds: 0, reversing }), ports, tools);

  test('deletes the run’s candidates, protected ones too, and nothing else', async () => {
    instances.all.set(clone, instance(clone, { tags }));
    instances.all.set('other', instance('other', { tags: { ...tags, 'safe-rollback:run': 'other' } }));
    instances.all.set('promoted', instance('promoted', { tags: { ...tags, 'safe-rollback:role': 'live' } }));

    expect(await remove()).toEqual({ removed: [clone], remaining: 0, kept: 0 });
    expect([...instances.all.keys()]).toEqual(['orders-shard-0', 'orders-shard-1', 'other', 'promoted']);
  });

  test('counts what cannot be deleted at this moment', async () => {
    instances.all.set(clone, instance(clone, { tags }));
    instances.busy.add(clone);

    expect(await remove()).toEqual({ removed: [], remaining: 1, kept: 0 });
  });

  test('keeps the clones of a failed run where the policy says so, those of a drill never', async () => {
    ports.policy = policy((raw) => {
      raw.clones.onFailure = 'keep';
    });
    instances.all.set(clone, instance(clone, { tags }));

    expect(await remove()).toEqual({ removed: [], remaining: 0, kept: 1 });
    expect(await remove(false)).toMatchObject({ removed: [clone] });
  });

  test('never after the point of no return', async () => {
    instances.all.set(clone, instance(clone, { tags }));
    store.put(`runs/${run.id}/opened.json`, { at: 'now' });

    await expect(remove()).rejects.toThrow(/opened for writes: none is deleted/);
    expect(instances.all.has(clone)).toBe(true);
  });
});

test('DescribeRestorable waits for the first backup of every clone', async () => {
  const look = (waitedSeconds: number) => DescribeRestorable.run(request({ waitedSeconds }), ports, tools);
  instances.all.set(clone, instance(clone, { tags }));
  expect(await look(0)).toEqual({ restorable: false, waiting: 1 });
  await expect(look(99_999)).rejects.toEqual(named('CloneTimedOut'));

  instances.all.set('orders-shard-1-01234567', instance('orders-shard-1-01234567', { tags }));
  expect(await look(300)).toEqual({ restorable: true, waiting: 0 });
});
