import { beforeEach, expect, test } from '@jest/globals';
import { FinishLane } from '../../../lambdas/evidence/finish-lane.ts';
import { Fork } from '../../../lambdas/evidence/fork.ts';
import { Join } from '../../../lambdas/evidence/join.ts';
import { Seal } from '../../../lambdas/evidence/seal.ts';
import type { LaneRecorder } from '../../../lib/domain/audit/trail.ts';
import { verify } from '../../../lib/domain/audit/verifier/verify.ts';
import { createTrail } from '../../../lib/domain/audit/writer.ts';
import { exampleTrust, keys, sourceOf } from '../audit/example-trail.ts';
import { FakeStore, run, testWriter } from '../audit/fake-store.ts';

const shards = ['shard-0', 'shard-1', 'shard-2'];
const ports = { items: { shards: async () => shards } };

let store: FakeStore;
let main: LaneRecorder;

const trail = () => createTrail(testWriter(store, keys.act));
const tools = (lane: LaneRecorder) => ({ trail: trail(), lane, logger: {} as never, metrics: {} as never });
const request = <Input>(input: Input, shard?: string) => ({ run, shard, input, attempt: 0 });

beforeEach(async () => {
  store = new FakeStore();
  const opened = await createTrail(testWriter(store, keys.decide)).open(run, { policy: 'a'.repeat(64) });
  main = trail().at(run, opened.cursor);
});

async function forked() {
  const { hash } = await Fork.run(request({ phase: 'restore', items: 'all' }), ports, tools(main));
  return (shard: string) => trail().at(run, { name: `restore.${shard}`, seq: -1, hash });
}

const intent = (op: string) => ({ kind: 'intent' as const, step: op, op, data: { target: 'x' } });

test('a fork names its lanes, and a join finds how each ended', async () => {
  const lane = await forked();
  for (const shard of shards) {
    const ok = shard !== 'shard-1';
    await FinishLane.run(
      request({ ok, error: ok ? null : 'ValidationFailed' }, shard),
      ports,
      tools(lane(shard)),
    );
  }

  const joined = await Join.run(request({ phase: 'restore' }), ports, tools(main));
  await Seal.run(request({ ok: false, error: 'ShardFailed' }), ports, tools(main));

  expect(joined).toEqual({
    phase: 'restore',
    total: 3,
    ok: 2,
    failedCount: 1,
    failed: [{ shard: 'shard-1', error: 'ValidationFailed' }],
  });
  expect((await verify(sourceOf(store), exampleTrust())).findings).toEqual([]);
});

test('what a crash left open is closed as unknown by the join', async () => {
  const lane = await forked();
  await lane('shard-0').append(intent('StartClone'));
  await FinishLane.run(request({ ok: true }, 'shard-1'), ports, tools(lane('shard-1')));

  const joined = await Join.run(request({ phase: 'restore' }), ports, tools(main));
  await Seal.run(request({ ok: false }), ports, tools(main));

  expect(joined).toMatchObject({ total: 3, ok: 1, failedCount: 2 });
  expect(joined.failed[0]).toEqual({ shard: 'shard-0', error: 'Unknown' });
  expect((await verify(sourceOf(store), exampleTrust())).findings).toEqual([]);
});

test('an error outside the catalogue is kept as what was caught', async () => {
  const lane = await forked();

  const end = await FinishLane.run(
    request({ ok: false, error: 'States.Timeout' }, 'shard-0'),
    ports,
    tools(lane('shard-0')),
  );

  expect(end).toEqual({ shard: 'shard-0', ok: false, error: 'States.Timeout' });
});

test('after its lane is finished a straggler is refused', async () => {
  const lane = await forked();
  await FinishLane.run(request({ ok: true }, 'shard-0'), ports, tools(lane('shard-0')));

  await expect(lane('shard-0').append(intent('StartClone'))).rejects.toMatchObject({
    name: 'EvidenceRejected',
  });
});

test('a seal after a crash joins what is unjoined and closes what is open', async () => {
  const lane = await forked();
  await lane('shard-2').append(intent('StartClone'));
  await main.append(intent('MoveThings'));

  const { hash } = await Seal.run(
    request({ ok: false, error: 'CloneFailed' }),
    ports,
    tools(trail().at(run, main.cursor)),
  );
  const again = await Seal.run(
    request({ ok: false, error: 'CloneFailed' }),
    ports,
    tools(trail().at(run, main.cursor)),
  );

  const verdict = await verify(sourceOf(store), exampleTrust());
  expect(again.hash).toBe(hash);
  expect(verdict.findings).toEqual([]);
  expect(verdict.runs).toMatchObject([{ sealed: true, result: 'CloneFailed' }]);
});

test('joining twice writes one join', async () => {
  await forked();
  await Join.run(request({ phase: 'restore' }), ports, tools(main));
  const before = store.objects.size;

  await Join.run(request({ phase: 'restore' }), ports, tools(trail().at(run, { ...main.cursor, seq: 1 })));

  expect(store.objects.size).toBeLessThanOrEqual(before + 1);
});

test('a phase without a fork cannot be joined', async () => {
  await expect(Join.run(request({ phase: 'restore' }), ports, tools(main))).rejects.toThrow(
    /no fork restore/,
  );
});
