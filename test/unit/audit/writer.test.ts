import { beforeEach, describe, expect, test } from '@jest/globals';
import { readRecord } from '../../../lib/domain/audit/object.ts';
import { recordKey } from '../../../lib/domain/audit/place.ts';
import { type RecordDraft, recordHash } from '../../../lib/domain/audit/record.ts';
import { createTrail } from '../../../lib/domain/audit/writer.ts';
import { FakeStore, run, testKey, testWriter } from './fake-store.ts';

const key = testKey('orders-act');
let store: FakeStore;

beforeEach(() => {
  store = new FakeStore();
});

const trail = () => createTrail(testWriter(store, key));
const start = { name: 'restore.shard-0', seq: -1, hash: 'f'.repeat(64) };
const keyAt = (seq: number, lane = start.name) => recordKey({ cluster: 'orders', run: run.id, lane, seq });
const at = (seq: number) => readRecord(store.objects.get(keyAt(seq))!, {})!;
const intent = (op: string): RecordDraft => ({
  kind: 'intent',
  step: op,
  op: `${op}.shard-0`,
  data: { target: 'shard-0' },
});

test('a lane grows one record at a time, each naming the hash of the one before', async () => {
  const lane = trail().at(run, start);

  await lane.append(intent('StartClone'));
  await lane.append(intent('ApplyParity'));

  expect(at(0).prev).toBe(start.hash);
  expect(at(1).prev).toBe(recordHash(store.objects.get(keyAt(0))!));
  expect(lane.cursor).toMatchObject({ seq: 1, hash: recordHash(store.objects.get(keyAt(1))!) });
});

test('a retry with a stale cursor adopts its own record and does not write a second', async () => {
  await trail().at(run, start).append(intent('StartClone'));

  const again = await trail().at(run, start).append(intent('StartClone'));

  expect(again.adopted).toBe(true);
  expect(store.objects.size).toBe(1);
});

test('a stale cursor passes what others wrote and goes on behind it', async () => {
  const first = trail().at(run, start);
  await first.append(intent('StartClone'));
  await first.append(intent('ApplyParity'));
  const stale = trail().at(run, start);

  const { record, adopted } = await stale.append(intent('WarmUp'));

  expect(adopted).toBe(false);
  expect(record.seq).toBe(2);
  expect(record.prev).toBe(first.cursor.hash);
});

test('twenty writers at one place make one chain of twenty', async () => {
  const writers = Array.from({ length: 20 }, (_, index) =>
    trail()
      .at(run, start)
      .append(intent(`Step${index}`)),
  );

  await Promise.all(writers);

  expect(store.objects.size).toBe(20);
  for (let seq = 1; seq < 20; seq++)
    expect(at(seq).prev).toBe(recordHash(store.objects.get(keyAt(seq - 1))!));
});

test('a put without an answer is sent again with identical bytes', async () => {
  const sent: Buffer[] = [];
  store.before = async (_key, bytes) => {
    sent.push(Buffer.from(bytes));
    return sent.length < 3 ? 'unsure' : undefined;
  };

  await trail().at(run, start).append(intent('StartClone'));

  expect(sent).toHaveLength(3);
  expect(sent.every((bytes) => bytes.equals(sent[0]!))).toBe(true);
});

test('a put that did arrive before its time-out is recognised as its own', async () => {
  store.before = async (key, bytes) => {
    if (store.objects.has(key)) return undefined;
    store.objects.set(key, Buffer.from(bytes));
    return 'unsure';
  };

  const { adopted } = await trail().at(run, start).append(intent('StartClone'));

  expect(adopted).toBe(false);
  expect(store.objects.size).toBe(1);
});

test('a store that never confirms is a transient error', async () => {
  store.before = async () => 'unsure';

  await expect(trail().at(run, start).append(intent('StartClone'))).rejects.toMatchObject({
    name: 'ServiceUnavailable',
    transient: true,
  });
});

test('garbage at the next place is chained over and marked void', async () => {
  store.objects.set(keyAt(0), Buffer.from('not a record'));

  const { record } = await trail().at(run, start).append(intent('StartClone'));

  expect(record).toMatchObject({ seq: 1, void: true, prev: recordHash(Buffer.from('not a record')) });
});

test('a straggler behind the final record is refused', async () => {
  const lane = trail().at(run, start);
  await lane.append({
    kind: 'outcome',
    step: 'FinishLane',
    op: 'FinishLane.restore.shard-0',
    final: true,
    data: { target: 'x', result: 'ok', finding: true },
  });

  const straggler = trail().at(run, start).append(intent('StartClone'));

  await expect(straggler).rejects.toMatchObject({ name: 'EvidenceRejected' });
  await expect(straggler).rejects.toThrow(/comes too late/);
});

test('time never runs back within a lane, whatever the clocks say', async () => {
  const ahead = Date.now() + 1_500;
  const fast = createTrail({ ...testWriter(store, key), now: () => ahead });
  const lane = fast.at(run, start);
  await lane.append(intent('StartClone'));
  const { time: _time, ...travelled } = lane.cursor;

  const { record } = await trail().at(run, travelled).append(intent('ApplyParity'));

  expect(record.time).toBe(ahead);
});

test('a clock more than two seconds off is refused before anything is written', async () => {
  const wrong = createTrail({ ...testWriter(store, key), now: () => Date.now() - 10_000 });

  await expect(wrong.at(run, start).append(intent('StartClone'))).rejects.toThrow(/clock is off/);
  expect(store.objects.size).toBe(0);
});

test('what does not fit goes into a blob, and readers get it back', async () => {
  const lanes = Array.from({ length: 500 }, (_, index) => `restore.shard-${index}`);
  const main = await trail().open(run, { policy: 'a'.repeat(64) });

  await main.append({
    kind: 'fork',
    step: 'Fork',
    op: 'Fork.restore',
    data: { phase: 'restore', count: 500, lanes },
  });

  const written = readRecord(store.objects.get(keyAt(1, 'main'))!, {})!;
  const read = await trail().read(run, 'main', 1);
  expect(written.blob?.size).toBeGreaterThan(4096);
  expect(read).toMatchObject({ record: { data: { lanes } } });
});

describe('opening', () => {
  test('said twice, a run is opened once', async () => {
    await trail().open(run, { policy: 'a'.repeat(64) });
    const again = await trail().open(run, { policy: 'a'.repeat(64) });

    expect(again.cursor.seq).toBe(0);
    expect(store.objects.size).toBe(1);
  });

  test('a run opened by another execution is refused', async () => {
    await trail().open(run, { policy: 'a'.repeat(64) });

    const other = trail().open({ ...run, execution: 'arn:other' }, { policy: 'a'.repeat(64) });

    await expect(other).rejects.toMatchObject({ name: 'EvidenceRejected' });
  });
});

test('a refusal is a run of one record, named by its event', async () => {
  const refusal = { cluster: 'orders', event: 'ev-1', step: 'RecordRefusal', error: 'LockHeld' };

  await trail().refuse(refusal);
  await trail().refuse(refusal);

  expect([...store.objects.keys()]).toEqual(['trail/orders/ev-1/main/000000.json']);
});

test('resume finds the newest record of a lane', async () => {
  const lane = trail().at(run, start);
  await lane.append(intent('StartClone'));
  await lane.append(intent('ApplyParity'));

  const resumed = await trail().resume(run, start.name);

  expect(resumed.cursor).toEqual(lane.cursor);
});
