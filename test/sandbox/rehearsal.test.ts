import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RehearsalReport } from '../../examples/orders/rehearsal/report.ts';
import type { TransactionLine } from '../../examples/orders/workload/config.ts';

const root = join(import.meta.dirname, '../..');
const minutes = 60_000;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rehearsal-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** Runs the public command in a process of its own. */
async function rehearse(scenario: string) {
  const out = join(directory, scenario);
  const args = [
    'examples/orders/rehearse.ts',
    '--scenario',
    scenario,
    '--shards',
    '2',
    '--out',
    out,
    '--json',
  ];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let json = '';
  let said = '';
  child.stdout.on('data', (chunk) => {
    json += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said, out, report: JSON.parse(json || 'null') as RehearsalReport | null };
}

describe('a bad deploy', () => {
  let result: Awaited<ReturnType<typeof rehearse>>;

  beforeAll(async () => {
    result = await rehearse('bad-deploy');
  }, 5 * minutes);

  test('is found, rolled back and proven', () => {
    const { status, said, report } = result;

    expect(report?.checks.filter(({ ok }) => !ok) ?? said).toEqual([]);
    expect(status).toBe(0);
    expect(report).toMatchObject({ scenario: 'bad-deploy', status: 'passed' });
    expect(report!.shards.map(({ id, validated, cutOver }) => ({ id, validated, cutOver }))).toEqual([
      { id: 'shard-0', validated: true, cutOver: true },
      { id: 'shard-1', validated: true, cutOver: true },
    ]);
  });

  test('is restored to before the damage, and told in this order', () => {
    const { incidentAt, detectedAt, restorePoint } = result.report!;

    expect(Date.parse(restorePoint!)).toBeLessThan(Date.parse(incidentAt));
    expect(Date.parse(incidentAt)).toBeLessThan(Date.parse(detectedAt!));
  });

  test('leaves the lists that others read', async () => {
    const { out, report } = result;
    const lines = (await readFile(join(out, 'workload.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as TransactionLine);

    expect(JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))).toEqual(report);
    expect(Object.keys(lines[0]!).sort()).toEqual(
      ['ackedAt', 'commitSentAt', 'key', 'sentAt', 'server', 'shard', 'state', 'xid'].sort(),
    );
    expect(new Set(lines.map(({ shard }) => shard))).toEqual(new Set(['shard-0', 'shard-1']));
    expect(existsSync(join(out, 'evidence', 'versions.json'))).toBe(true);
    expect(existsSync(join(out, 'trust.json'))).toBe(true);
  });

  test('has a duration for every step of every shard', () => {
    const { timings } = result.report!;

    for (const step of ['StartClone', 'ValidateShard', 'FenceShard', 'PrepareClone', 'OpenShard'])
      expect(new Set(timings.filter((timing) => timing.step === step).map(({ shard }) => shard))).toEqual(
        new Set(['shard-0', 'shard-1']),
      );
  });
});

test(
  'a cutover that Route 53 refuses is reversed',
  async () => {
    const { status, said, report } = await rehearse('cutover-fails');

    expect(report?.checks.filter(({ ok }) => !ok) ?? said).toEqual([]);
    expect(status).toBe(0);
    expect(report!.shards.map(({ cutOver }) => cutOver)).toEqual([false, false]);
  },
  5 * minutes,
);
