import { beforeAll, describe, expect, test } from '@jest/globals';
import { canonicalize, type Json } from '../../../lib/domain/audit/canonical.ts';
import { decodeNote, encodeNote, signedBytes } from '../../../lib/domain/audit/note.ts';
import { recordKey } from '../../../lib/domain/audit/place.ts';
import { parseTrust } from '../../../lib/domain/audit/trust.ts';
import type { FindingCode } from '../../../lib/domain/audit/verifier/findings.ts';
import type { StoredVersion } from '../../../lib/domain/audit/verifier/source.ts';
import { verify } from '../../../lib/domain/audit/verifier/verify.ts';
import { createTrail } from '../../../lib/domain/audit/writer.ts';
import { change, exampleTrail, exampleTrust, keys, sourceOf, trustFile } from './example-trail.ts';
import { FakeStore, run, type TestKey, testKey, testWriter } from './fake-store.ts';

const keyAt = (lane: string, seq: number) => recordKey({ cluster: 'orders', run: run.id, lane, seq });
const shard0 = 'restore.shard-0';
const shard1 = 'restore.shard-1';

let whole: FakeStore;
beforeAll(async () => {
  whole = await exampleTrail();
});

/** Each test tampers with a copy of its own. */
function copy(): FakeStore {
  const store = new FakeStore();
  for (const [key, bytes] of whole.objects) store.objects.set(key, Buffer.from(bytes));
  return store;
}

const codes = async (store: FakeStore, edit?: (all: StoredVersion[]) => StoredVersion[]) => {
  const verdict = await verify(sourceOf(store, edit), exampleTrust());
  return { status: verdict.status, codes: [...new Set(verdict.findings.map(({ code }) => code))] };
};

test('a good trail has no finding, and its end is unproven without a witnessed log', async () => {
  const verdict = await verify(sourceOf(whole), exampleTrust());

  expect(verdict.findings).toEqual([]);
  expect(verdict.status).toBe('end unproven');
  expect(verdict.notices.map(({ code }) => code)).toEqual(['UNLOGGED']);
  expect(verdict.runs).toMatchObject([{ run: run.id, sealed: true, result: 'ok', records: 16, lanes: 3 }]);
});

test.each([
  ['an empty bucket', new FakeStore(), {}],
  ['a run that is not there', undefined, { run: 'other' }],
])('%s is broken, never a success', async (_name, store, options) => {
  const verdict = await verify(sourceOf(store ?? whole), exampleTrust(), options);

  expect(verdict.status).toBe('broken');
  expect(verdict.findings.map(({ code }) => code)).toEqual(['TRAIL_MISSING']);
});

type Line = { [name: string]: any };

/** Rewrites a record's line and signs it again, as somebody with the key could. */
async function resign(store: FakeStore, key: string, signer: TestKey, edit: (line: Line) => string | Line) {
  const line = JSON.parse(decodeNote(store.objects.get(key)!).text.toString());
  const edited = edit(line);
  const text = Buffer.from(typeof edited === 'string' ? edited : canonicalize(edited as Json));
  const signature = await signer.sign(signedBytes(text));
  const note = { text, keyName: signer.keyName, keyHash: await signer.keyHash(), signature };
  store.objects.set(key, encodeNote(note));
}

const first = keyAt(shard0, 0);

/** One field changed at a time, signed anew by the right key: the findings must name it. */
const fields: [string, FindingCode, (line: Line) => string | Line][] = [
  ['v', 'VERSION', (line) => ({ ...line, v: 2 })],
  ['log', 'CONTEXT', (line) => ({ ...line, log: 'x/1/y/z' })],
  ['run', 'NAME', (line) => ({ ...line, run: 'another' })],
  ['lane', 'NAME', (line) => ({ ...line, lane: shard1 })],
  ['seq', 'REORDERED', (line) => ({ ...line, seq: 1 })],
  ['prev', 'GAP', (line) => ({ ...line, prev: 'b'.repeat(64) })],
  ['time earlier', 'TIME_BACK', (line) => ({ ...line, time: line.time - 60_000 })],
  ['time later', 'TIME_STORE', (line) => ({ ...line, time: line.time + 3_600_000 })],
  ['kind', 'FIELD', (line) => ({ ...line, kind: 'gossip' })],
  [
    'a kind of another duty',
    'KEY_DUTY',
    (line) => ({ ...line, kind: 'custody', data: { resource: 'r', action: 'read' } }),
  ],
  ['an unknown field', 'FIELD', (line) => ({ ...line, extra: 1 })],
  ['an unknown field in data', 'FIELD', (line) => ({ ...line, data: { ...line.data, extra: 1 } })],
  ['a missing field', 'FIELD', ({ actor: _actor, ...line }) => line],
  ['a name outside the format', 'FIELD', (line) => JSON.stringify({ 'a-b': 1, ...line })],
  ['a fraction', 'NUMBER', (line) => JSON.stringify({ ...line, time: 1.5 })],
  [
    'an unsafe integer',
    'NUMBER',
    (line) => JSON.stringify(line).replace(/"time":\d+/, '"time":9007199254740993'),
  ],
  [
    'a lone surrogate',
    'UNICODE',
    (line) => JSON.stringify({ ...line, step: 'PLACE' }).replace('PLACE', '\\ud800'),
  ],
  ['a space', 'NONCANONICAL', (line) => canonicalize(line as Json).replace(',', ', ')],
  [
    'a name twice',
    'NONCANONICAL',
    (line) => canonicalize(line as Json).replace('{', '{"actor":{"function":"x"},'),
  ],
  [
    'an escape that need not be',
    'NONCANONICAL',
    (line) => canonicalize(line as Json).replace('StartClone', '\\u0053tartClone'),
  ],
  ['other than JSON', 'JSON', () => 'hello'],
  ['a list', 'JSON', () => '[]'],
  ['void behind a record', 'FIELD', (line) => ({ ...line, void: true })],
];

test.each(fields)('signed anew with another %s: %s', async (_name, code, edit) => {
  const store = copy();
  await resign(store, first, keys.act, edit);

  const found = await codes(store);

  expect(found.status).toBe('broken');
  expect(found.codes).toContain(code);
});

const bytes: [string, FindingCode, (store: FakeStore) => void][] = [
  ['one byte of the line', 'SIG', (store) => (store.objects.get(first)![5]! ^= 1)],
  ['one byte of the signature', 'SIG', (store) => flipSignature(store, first)],
  [
    'the end cut off',
    'SIG_FORMAT',
    (store) => store.objects.set(first, store.objects.get(first)!.subarray(0, -2)),
  ],
  ['base64 with a space', 'SIG_FORMAT', (store) => replaceText(store, first, '=\n', '=\n ')],
  ['two signature lines', 'SIG_FORMAT', (store) => doubleSignature(store, first)],
  ['a larger object', 'TOO_BIG', (store) => store.objects.set(first, Buffer.alloc(9000, 65))],
  ['a record gone', 'GAP', (store) => store.objects.delete(keyAt(shard0, 1))],
  ['the first record gone', 'GAP', (store) => store.objects.delete(first)],
  [
    'the last record of a joined lane gone',
    'RECORD_MISSING',
    (store) => store.objects.delete(keyAt(shard0, 3)),
  ],
  ['a lane gone', 'LANE_MISSING', (store) => dropLane(store, shard0)],
  ['main gone', 'LANE_MISSING', (store) => dropLane(store, 'main')],
  ['two records swapped', 'REORDERED', (store) => swap(store, keyAt(shard0, 1), keyAt(shard0, 2))],
  [
    'two lanes swapped',
    'NAME',
    (store) => {
      for (const seq of [0, 1, 2, 3]) swap(store, keyAt(shard0, seq), keyAt(shard1, seq));
    },
  ],
  ['a foreign object', 'FOREIGN', (store) => store.objects.set('note.txt', Buffer.from('x'))],
  [
    'a wrong path',
    'PATH',
    (store) => store.objects.set(`trail/orders/${run.id}/main/7.json`, Buffer.from('x')),
  ],
  ['a lane that nothing opened', 'LANE_EXTRA', (store) => copyLane(store, shard0, 'restore.shard-9')],
  ['garbage behind the seal', 'SIG_FORMAT', (store) => store.objects.set(keyAt('main', 8), Buffer.from('x'))],
];

test.each(bytes)('%s: %s', async (_name, code, tamper) => {
  const store = copy();
  tamper(store);

  const found = await codes(store);

  expect(found.status).toBe('broken');
  expect(found.codes).toContain(code);
});

test('a key that is not trusted', async () => {
  const store = copy();
  await resign(store, first, testKey('orders-act'), (line) => line);

  expect((await codes(store)).codes).toContain('KEY_UNKNOWN');
});

test('the end of main cut off leaves the end unproven, not a success', async () => {
  const store = copy();
  store.objects.delete(keyAt('main', 7));

  const verdict = await verify(sourceOf(store), exampleTrust());

  expect(verdict.status).toBe('end unproven');
  expect(verdict.notices.map(({ code }) => code)).toContain('SEAL_ABSENT');
});

test('a policy that is not trusted', async () => {
  const trust = parseTrust(JSON.stringify({ ...trustFile(), policies: ['b'.repeat(64)] }));

  const { findings } = await verify(sourceOf(whole), trust);

  expect(findings.map(({ code }) => code)).toEqual(['POLICY_UNPINNED']);
});

describe('what the store says of its objects', () => {
  const on = (key: string, edit: (version: StoredVersion) => StoredVersion[]) => (all: StoredVersion[]) =>
    all.flatMap((version) => (version.key === key ? edit(version) : [version]));
  const cases: [string, FindingCode, (version: StoredVersion) => StoredVersion[]][] = [
    ['a delete marker', 'MARKER', (v) => [{ ...v, versionId: 'v2', deleteMarker: true }, v]],
    [
      'a second version',
      'OVERLAY',
      (v) => [{ ...v, versionId: 'v2', lastModified: v.lastModified! + 5000 }, v],
    ],
    ['no lock', 'LOCK_MODE', (v) => [{ ...v, retention: 'none' }]],
    [
      'a weaker lock',
      'LOCK_MODE',
      (v) => [{ ...v, retention: { mode: 'GOVERNANCE', until: Date.now() * 2 } }],
    ],
    ['a short lock', 'LOCK_SHORT', (v) => [{ ...v, retention: { mode: 'COMPLIANCE', until: Date.now() } }]],
    ['a late arrival', 'TIME_STORE', (v) => [{ ...v, lastModified: v.lastModified! + 7_200_000 }]],
    ['an object that the listing does not name', 'FOREIGN', (v) => [{ ...v, unlisted: true }]],
  ];

  test.each(cases)('%s: %s', async (_name, code, edit) => {
    expect((await codes(whole, on(first, edit))).codes).toContain(code);
  });

  test('nothing said of locks is a notice', async () => {
    const verdict = await verify(
      sourceOf(whole, (all) => all.map(({ retention: _retention, ...version }) => version)),
      exampleTrust(),
    );

    expect(verdict.status).toBe('end unproven');
    expect(verdict.notices.map(({ code }) => code)).toContain('UNATTESTED');
  });
});

describe('rules over records', () => {
  const act = (store: FakeStore) => createTrail(testWriter(store, keys.act));
  const decide = (store: FakeStore) => createTrail(testWriter(store, keys.decide));
  const policy = 'a'.repeat(64);

  test('names moved without a decision and without validation', async () => {
    const store = new FakeStore();
    const opened = await decide(store).open(run, { policy });
    await change(act(store).at(run, opened.cursor), 'MoveNames', 'orders');

    expect((await codes(store)).codes.sort()).toEqual(['NOT_VALIDATED', 'NO_APPROVAL']);
  });

  test('a change concluded without an intent, twice, or never', async () => {
    const store = new FakeStore();
    const opened = await decide(store).open(run, { policy });
    const lane = act(store).at(run, opened.cursor);
    const outcome = (op: string, data: object = {}) =>
      lane.append({ kind: 'outcome', step: op, op, data: { target: 'x', result: 'ok', ...data } });
    await outcome('NeverIntended');
    await lane.append({ kind: 'intent', step: 'Open', op: 'Open', data: { target: 'x' } });
    await outcome('Twice', { finding: true });
    // A writer at the newest place does not look back: it would write this.
    await act(store)
      .at(run, lane.cursor)
      .append({
        kind: 'outcome',
        step: 'Twice',
        op: 'Twice',
        data: { target: 'x', result: 'ok', finding: true },
      });
    await act(store)
      .at(run, lane.cursor)
      .append({ kind: 'seal', step: 'Seal', op: 'Seal', final: true, data: { result: 'ok' } });

    expect((await codes(store)).codes.sort()).toEqual(['INTENT_MISSING', 'INTENT_OPEN', 'OUTCOME_TWICE']);
  });

  test('an undo may conclude late without an intent of its own', async () => {
    const store = new FakeStore();
    const opened = await decide(store).open(run, { policy });
    const lane = act(store).at(run, opened.cursor);
    await change(lane, 'LowerThing', 'x');
    await lane.append({
      kind: 'outcome',
      step: 'UndoLowerThing',
      op: 'UndoLowerThing.x',
      late: true,
      data: { target: 'x', result: 'ok' },
    });

    expect((await codes(store)).codes).toEqual([]);
  });

  test('an outcome of another incarnation than its intent', async () => {
    const store = new FakeStore();
    const opened = await decide(store).open(run, { policy });
    const lane = act(store).at(run, opened.cursor);
    const incarnation = { resourceId: 'db-1', timeline: 1 };
    await lane.append({ kind: 'intent', step: 'A', op: 'A', data: { target: 'x', incarnation } });
    const met = { ...incarnation, timeline: 2 };
    await lane.append({
      kind: 'outcome',
      step: 'A',
      op: 'A',
      data: { target: 'x', result: 'ok', incarnation: met },
    });

    expect((await codes(store)).codes).toEqual(['INCARNATION']);
  });

  test('garbage in a place, declared void by the next record, is a notice', async () => {
    const store = new FakeStore();
    const opened = await decide(store).open(run, { policy });
    store.objects.set(keyAt('main', 1), Buffer.from('garbage'));
    await act(store)
      .at(run, opened.cursor)
      .append({ kind: 'notice', step: 'A', op: 'A', data: { about: 'x' } });

    const verdict = await verify(sourceOf(store), exampleTrust());

    expect(verdict.findings).toEqual([]);
    expect(verdict.notices.map(({ code }) => code)).toContain('SQUATTED');
  });

  test('a record behind a final one', async () => {
    const store = copy();
    const lane = act(store).at(run, { name: 'main', seq: 7, hash: 'c'.repeat(64), time: Date.now() });
    await lane.append({ kind: 'notice', step: 'A', op: 'A', data: { about: 'x' } });

    expect((await codes(store)).codes).toContain('AFTER_FINAL');
  });

  test('a lane longer than its join says', async () => {
    const store = copy();
    const lane = act(store).at(run, { name: shard0, seq: 3, hash: 'c'.repeat(64), time: Date.now() });
    await lane.append({ kind: 'notice', step: 'A', op: 'A', data: { about: 'x' } });

    expect((await codes(store)).codes).toEqual(expect.arrayContaining(['JOIN_HEAD', 'AFTER_FINAL', 'GAP']));
  });

  test('a blob gone, and a blob changed', async () => {
    const store = new FakeStore();
    const opened = await decide(store).open(run, { policy });
    const lanes = Array.from({ length: 400 }, (_, index) => `restore.shard-${index}`);
    await act(store)
      .at(run, opened.cursor)
      .append({ kind: 'fork', step: 'Fork', op: 'Fork', data: { phase: 'restore', count: 400, lanes } });
    const blob = [...store.objects.keys()].find((key) => key.endsWith('.blob'))!;
    const content = store.objects.get(blob)!;

    store.objects.set(blob, Buffer.concat([content, Buffer.from(' ')]));
    expect((await codes(store)).codes).toEqual(['BLOB_HASH']);

    store.objects.delete(blob);
    expect((await codes(store)).codes).toEqual(['BLOB_MISSING']);
  });

  test('a run of one refusal is complete', async () => {
    const store = new FakeStore();
    await decide(store).refuse({ cluster: 'orders', event: 'ev-1', step: 'Declare', error: 'LockHeld' });

    const verdict = await verify(sourceOf(store), exampleTrust());

    expect(verdict.findings).toEqual([]);
    expect(verdict.runs).toMatchObject([{ run: 'ev-1', sealed: true, result: 'LockHeld' }]);
  });
});

function flipSignature(store: FakeStore, key: string) {
  const note = decodeNote(store.objects.get(key)!);
  note.signature[10]! ^= 1;
  store.objects.set(key, encodeNote(note));
}

function doubleSignature(store: FakeStore, key: string) {
  const object = store.objects.get(key)!;
  store.objects.set(key, Buffer.concat([object, object.subarray(object.lastIndexOf('\n— ') + 1)]));
}

function replaceText(store: FakeStore, key: string, from: string, to: string) {
  store.objects.set(key, Buffer.from(store.objects.get(key)!.toString().replace(from, to)));
}

function swap(store: FakeStore, one: string, other: string) {
  const [a, b] = [store.objects.get(one)!, store.objects.get(other)!];
  store.objects.set(one, b);
  store.objects.set(other, a);
}

const inLane = (store: FakeStore, lane: string) =>
  [...store.objects.keys()].filter((key) => key.includes(`/${lane}/`));

function dropLane(store: FakeStore, lane: string) {
  for (const key of inLane(store, lane)) store.objects.delete(key);
}

function copyLane(store: FakeStore, from: string, to: string) {
  for (const key of inLane(store, from)) store.objects.set(key.replace(from, to), store.objects.get(key)!);
}
