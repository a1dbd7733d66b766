import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RehearsalReport } from '../../examples/orders/rehearsal/report.ts';
import { type Figure, round } from './figure.ts';
import { treeMegabytes } from './process-tree.ts';

const sampleMs = 500;

/** The default rehearsal with 4 and with 16 shards: overhead of the stack, whole duration, memory. */
export async function rehearsals(): Promise<Figure[]> {
  const four = await measured(4);
  const sixteen = await measured(16);
  // Reading the memory of hundreds of processes takes time of its own, which would count as the stack's.
  const weighed = await measured(4, { weigh: true });
  return [
    {
      key: 'overhead_s_4',
      value: round(four.overhead),
      limit: 15,
      how: 'from StartExecution to the last shard open for writes, less the slowest shard’s recovery and validation; 4 shards',
      detail: four.steps,
    },
    {
      key: 'overhead_growth_16_over_4',
      value: round(sixteen.overhead / four.overhead, 2),
      limit: 2.5,
      how: 'the same with 16 shards, divided by the figure with 4',
      detail: { overhead_s_16: round(sixteen.overhead), steps: sixteen.steps },
    },
    {
      key: 'rehearse_s',
      value: round(four.seconds),
      limit: 120,
      how: 'wall clock of the whole command, 4 shards',
    },
    {
      key: 'rehearse_pss_mb',
      value: round(weighed.megabytes, 0),
      limit: 2500,
      how: `largest sum of PSS over the command and all its descendants, sampled every ${sampleMs} ms in a run of its own, 4 shards`,
    },
  ];
}

async function measured(shards: number, { weigh = false } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'rollback-bench-'));
  try {
    const started = performance.now();
    const child = spawn(
      process.execPath,
      ['examples/orders/rehearse.ts', '--shards', String(shards), '--out', directory, '--json'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    let megabytes = 0;
    const sample = async () => {
      megabytes = Math.max(megabytes, await treeMegabytes(child.pid!));
    };
    const sampler = weigh ? setInterval(sample, sampleMs) : undefined;
    const [status] = (await once(child, 'exit')) as [number | null];
    clearInterval(sampler);
    const seconds = (performance.now() - started) / 1000;
    if (status !== 0) throw new Error(`the rehearsal with ${shards} shards ended with status ${status}`);
    const report = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')) as RehearsalReport;
    if (report.overheadSeconds === null) throw new Error('the rehearsal’s report has no overhead');
    return { seconds, megabytes, overhead: report.overheadSeconds, steps: stepSeconds(report) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Where the seconds go: per step, from its first start to its last end. */
function stepSeconds(report: RehearsalReport): Record<string, number> {
  const spans = new Map<string, { start: number; end: number }>();
  for (const { step, start, end } of report.timings) {
    const span = spans.get(step);
    const [from, to] = [Date.parse(start), Date.parse(end)];
    spans.set(step, { start: Math.min(span?.start ?? from, from), end: Math.max(span?.end ?? to, to) });
  }
  return Object.fromEntries(
    [...spans].map(([step, { start, end }]) => [step, round((end - start) / 1000, 2)]),
  );
}
