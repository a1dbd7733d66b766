import { beforeEach, expect, test } from '@jest/globals';
import { CheckInSync, MoveNames, RestoreNames } from '../../../../lambdas/cutover/names.ts';
import { LowerTtl, RestoreTtl } from '../../../../lambdas/cutover/ttl.ts';
import { runState } from '../../../../lib/adapters/aws/run-state.ts';
import { FakeRecords } from '../fakes/account.ts';
import { MemoryStore } from '../fakes/memory-store.ts';
import { plan, policy, run } from '../fakes/run.ts';
import { fakeTools } from '../fakes/tools.ts';

const tools = fakeTools();
const request = <Input>(input: Input) => ({ run, input, attempt: 0 });
const old = (shard: string, ttl = 60) => ({
  name: `${shard}.orders.internal`,
  value: `orders-${shard}.rds.internal`,
  ttl,
});
const named = (name: string) => expect.objectContaining({ name });

let store: MemoryStore;
let records: FakeRecords;
let ports: {
  records: FakeRecords;
  documents: ReturnType<typeof runState>;
  policy: ReturnType<typeof policy>;
};

beforeEach(() => {
  store = new MemoryStore();
  store.put(`runs/${run.id}/plan.json`, plan());
  for (const shard of ['shard-0', 'shard-1']) {
    store.put(`runs/${run.id}/clones/${shard}.json`, { host: `clone-${shard}.rds.internal`, port: 5432 });
  }
  records = new FakeRecords(old('shard-0'), old('shard-1'));
  ports = { records, documents: runState(store), policy: policy() };
});

const standing = () => [...records.zone.values()].map((one) => `${one!.value} ${one!.ttl}`);

test('there and back: TTL, names, names, TTL, each twice without a second change', async () => {
  expect(await LowerTtl.run(request({}), ports, tools)).toEqual({ waitSeconds: 120, changed: 2 });
  expect(await LowerTtl.run(request({}), ports, tools)).toEqual({ waitSeconds: 120, changed: 0 });
  expect(await MoveNames.run(request({}), ports, tools)).toEqual({ change: 'C2', moved: 2 });
  expect(await MoveNames.run(request({}), ports, tools)).toEqual({ change: null, moved: 0 });
  expect(standing()).toEqual(['clone-shard-0.rds.internal 5', 'clone-shard-1.rds.internal 5']);
  expect(await RestoreNames.run(request({}), ports, tools)).toEqual({ change: 'C3', moved: 2 });
  expect(await RestoreNames.run(request({}), ports, tools)).toEqual({ change: null, moved: 0 });
  expect(await RestoreTtl.run(request({}), ports, tools)).toEqual({ changed: 2 });
  expect(await RestoreTtl.run(request({}), ports, tools)).toEqual({ changed: 0 });
  expect(standing()).toEqual(['orders-shard-0.rds.internal 60', 'orders-shard-1.rds.internal 60']);
  expect(records.batches.map((batch) => batch.length)).toEqual([2, 2, 2, 2]);
});

test('a TTL that is short already is left alone and not waited for', async () => {
  records = new FakeRecords(old('shard-0', 5), old('shard-1', 3));
  store.put(`runs/${run.id}/plan.json`, { ...plan(), previousTtl: 5 });

  expect(await LowerTtl.run(request({}), { ...ports, records }, tools)).toEqual({
    waitSeconds: 0,
    changed: 0,
  });
});

test('after a run that stays, the clones’ names get their TTL back', async () => {
  await LowerTtl.run(request({}), ports, tools);
  await MoveNames.run(request({}), ports, tools);
  await RestoreTtl.run(request({}), ports, tools);

  expect(standing()).toEqual(['clone-shard-0.rds.internal 60', 'clone-shard-1.rds.internal 60']);
});

test.each([
  ['leads elsewhere', { ...old('shard-1'), value: 'by-hand.example.com' }],
  ['is gone, or is no single CNAME', undefined],
])('a record that %s is nobody’s to move: nothing is touched', async (_what, record) => {
  records.zone.set('shard-1.orders.internal', record);

  for (const step of [LowerTtl, MoveNames, RestoreNames, RestoreTtl]) {
    await expect(step.run(request({}), ports, tools)).rejects.toEqual(named('RecordChanged'));
  }
  expect(records.batches).toEqual([]);
});

test('without a clone on file no name is moved, and none has to be moved back', async () => {
  store.objects.delete(`runs/${run.id}/clones/shard-1.json`);

  await expect(MoveNames.run(request({}), ports, tools)).rejects.toEqual(named('NotYetVisible'));
  expect(await RestoreNames.run(request({}), ports, tools)).toEqual({ change: null, moved: 0 });
});

test('a change is in sync once Route 53 says so; no change needs no waiting', async () => {
  const check = (change: string | null, waitedSeconds = 0) =>
    CheckInSync.run(request({ change, waitedSeconds }), ports, tools);
  expect(await check('C1')).toEqual({ inSync: true });
  records.inSync = false;
  expect(await check(null)).toEqual({ inSync: true });
  expect(await check('C1,C2', 100)).toEqual({ inSync: false });
  await expect(check('C1', 900)).rejects.toEqual(named('NamesNotMoved'));
});
