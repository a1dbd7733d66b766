import { finishLane } from '../../../lib/domain/audit/closing.ts';
import { kindsOfDuty } from '../../../lib/domain/audit/duties.ts';
import { fork, join } from '../../../lib/domain/audit/joining.ts';
import { vkey } from '../../../lib/domain/audit/note.ts';
import type { DataOf } from '../../../lib/domain/audit/record.ts';
import type { AuditTrail, LaneRecorder } from '../../../lib/domain/audit/trail.ts';
import { parseTrust, type Trust } from '../../../lib/domain/audit/trust.ts';
import type { EvidenceSource, StoredVersion } from '../../../lib/domain/audit/verifier/source.ts';
import { createTrail } from '../../../lib/domain/audit/writer.ts';
import { FakeStore, origin, run, type TestKey, testKey, testWriter } from './fake-store.ts';

export const keys = {
  act: testKey('orders-act'),
  validate: testKey('orders-validate'),
  decide: testKey('orders-decide'),
};
const policy = 'a'.repeat(64);
const shards = ['shard-0', 'shard-1'];

/** A whole good run over two shards, as the steps write it. */
export async function exampleTrail(store = new FakeStore()): Promise<FakeStore> {
  const act = createTrail(testWriter(store, keys.act));
  const decide = createTrail(testWriter(store, keys.decide));
  const validate = createTrail(testWriter(store, keys.validate));
  const behind = (trail: AuditTrail, lane: LaneRecorder) => trail.at(run, lane.cursor);

  const opened = await decide.open(run, { policy });
  await opened.append({
    kind: 'decision',
    step: 'RecordApproval',
    op: 'RecordApproval.orders',
    data: { decision: 'approved', by: ['grace'] },
  });
  const main = behind(act, opened);
  const restore = await fork(main, 'restore', shards);
  for (const shard of shards) {
    const lane = act.at(run, { name: `restore.${shard}`, seq: -1, hash: restore.hash });
    await change(lane, 'StartClone', shard);
    const judged = behind(validate, lane);
    await judged.append({
      kind: 'outcome',
      step: 'ValidateShard',
      op: `ValidateShard.${shard}.0`,
      data: { target: `${shard}.0`, result: 'ok', finding: true, facts: { done: true } },
    });
    await finishLane(behind(act, judged), 'FinishLane', { result: 'ok' });
  }
  await join(act, run, main, restore);
  const judged = behind(validate, main);
  await judged.append({
    kind: 'outcome',
    step: 'ValidateAcrossShards',
    op: 'ValidateAcrossShards.orders',
    data: { target: 'orders', result: 'ok', finding: true },
  });
  const last = behind(act, judged);
  await change(last, 'MoveNames', 'orders');
  await last.append({ kind: 'seal', step: 'Seal', op: 'Seal.orders', final: true, data: { result: 'ok' } });
  return store;
}

export async function change(
  lane: LaneRecorder,
  step: string,
  target: string,
  result: DataOf['outcome']['result'] = 'ok',
) {
  const op = `${step}.${target}`;
  await lane.append({ kind: 'intent', step, op, data: { target, undo: { step: `Undo${step}`, target } } });
  await lane.append({ kind: 'outcome', step, op, data: { target, result } });
}

export function exampleTrust(): Trust {
  return parseTrust(JSON.stringify(trustFile()));
}

export function trustFile() {
  const trusted = (key: TestKey, duty: keyof typeof kindsOfDuty) => ({
    vkey: vkey(key.keyName, key.raw),
    spki: key.spki.toString('base64'),
    kmsArn: `arn:aws:kms:eu-central-1:111122223333:key/${duty}`,
    duty,
    kinds: [...kindsOfDuty[duty]],
  });
  return {
    v: 1,
    origin,
    serial: 0,
    prev: '0'.repeat(64),
    keys: [trusted(keys.act, 'act'), trusted(keys.validate, 'validate'), trusted(keys.decide, 'decide')],
    witnesses: [],
    quorum: 0,
    anchors: [],
    policies: [policy],
    retention: { mode: 'COMPLIANCE', days: 30, maxDays: 30 },
    bounds: { skewMs: 2000, storeDelayMs: 60_000 },
  };
}

/** The store as a verifier lists it; `edit` changes what is said of it. */
export function sourceOf(
  store: FakeStore,
  edit: (versions: StoredVersion[]) => StoredVersion[] = (all) => all,
): EvidenceSource {
  return {
    async *versions() {
      const now = Date.now();
      const versions = [...store.objects].map(
        ([key, bytes]): StoredVersion => ({
          key,
          versionId: 'v1',
          deleteMarker: false,
          lastModified: Math.floor(now / 1000) * 1000,
          size: bytes.length,
          retention: { mode: 'COMPLIANCE', until: now + 30 * 86_400_000 },
        }),
      );
      yield* edit(versions).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    },
    fetch: (key, _version, limit) => store.get(key, limit),
  };
}
