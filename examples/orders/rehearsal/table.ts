import type { RehearsalReport } from './report.ts';

const wrapAt = 100;

/** The short table at the end: every question, its answer, and what the answer stands on. */
export function endTable(report: RehearsalReport, straddling: { shard: string; keys: string[] }[]): string {
  const lines = ['', `Scenario ${report.scenario}, run ${report.run ?? 'none'}`];
  if (report.restorePoint !== null)
    lines.push(`Damage at ${report.incidentAt}, restored to ${report.restorePoint}`);
  lines.push('');
  for (const { name, ok, detail } of report.checks) {
    lines.push(`  ${ok ? 'ok  ' : 'FAIL'}  ${name}`);
    for (const part of wrap(detail)) lines.push(`        ${part}`);
  }
  const listed = straddling.filter(({ keys }) => keys.length > 0);
  if (listed.length > 0) {
    lines.push('', '  Transactions that straddle the restore point, or whose answer was lost:');
    for (const { shard, keys } of listed) lines.push(`        ${shard}: ${keys.join(', ')}`);
  }
  lines.push('');
  for (const shard of report.shards) {
    const to = shard.cutOver ? shard.clone?.id : `${shard.source.id} (unmoved)`;
    lines.push(`  ${shard.record.padEnd(28)} ${shard.source.id} → ${to}`);
  }
  const failed = report.checks.filter(({ ok }) => !ok);
  lines.push(
    '',
    failed.length === 0
      ? `Passed: ${report.checks.length} of ${report.checks.length} checks${report.overheadSeconds === null ? '' : `; overhead ${report.overheadSeconds.toFixed(1)} s beside PostgreSQL's own recovery`}.`
      : `Failed: ${failed.map(({ name }) => name).join('; ')}.`,
  );
  return lines.join('\n');
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > wrapAt) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}
