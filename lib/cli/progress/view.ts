import type { EndEvent, RunEvent } from './events.ts';
import type { Phase, RunModel, ShardProgress } from './model.ts';

/** Lines that show how far a run has come, at most `rows` of them. */
export function render(
  model: RunModel,
  now: Date,
  { columns, rows }: { columns: number; rows: number },
): string[] {
  const lines = model.phases.flatMap((phase) => phaseLines(phase, model, now));
  const head = `Run ${model.end ? endText(model.end) : 'under way'} · ${elapsed(model.startedAt, model.end?.at ?? now)}`;
  const room = Math.max(3, rows - 2);
  const shown =
    lines.length > room ? [`  … ${lines.length - room + 1} lines before`, ...lines.slice(1 - room)] : lines;
  return [head, ...shown].map((line) => (line.length > columns ? `${line.slice(0, columns - 1)}…` : line));
}

const shardsShown = 12;

function phaseLines(phase: Phase, model: RunModel, now: Date): string[] {
  const until = phase.endedAt ?? model.end?.at ?? now;
  const mark = phase.error || (model.end && !phase.endedAt) ? '✗' : phase.endedAt ? '✓' : '▸';
  const notes = [phase.recovery && 'recovery', phase.error].filter(Boolean).join(' · ');
  const first = `${mark} ${phase.name.padEnd(26)} ${elapsed(phase.startedAt, until).padStart(8)}${notes && `  ${notes}`}`;
  if (phase.shards.size === 0) return [first];
  const shards = [...phase.shards];
  const done = shards.filter(([, { endedAt, error }]) => endedAt && !error).length;
  const counted = `${first}  ${done} of ${shards.length} shards`;
  // A phase that went well needs no more than its line.
  if (phase.endedAt && shards.every(([, { error }]) => !error)) return [counted];
  const worth = shards.sort(([, a], [, b]) => rank(a) - rank(b)).slice(0, shardsShown);
  const rest = shards.length - worth.length;
  return [
    counted,
    ...worth.map(([name, shard]) => shardLine(name, shard, until)),
    ...(rest > 0 ? [`    … ${rest} more`] : []),
  ];
}

/** Failed ones first, then those still at it, longest first. */
function rank(shard: ShardProgress): number {
  if (shard.error) return -2e15;
  return shard.endedAt ? shard.startedAt.getTime() : shard.startedAt.getTime() - 1e15;
}

function shardLine(
  name: string,
  { state, since, endedAt, error, startedAt }: ShardProgress,
  until: Date,
): string {
  const mark = error ? '✗' : endedAt ? '✓' : '▸';
  const what = endedAt && !error ? 'done' : state;
  const time = endedAt ? elapsed(startedAt, endedAt) : elapsed(since, until);
  return `    ${mark} ${name.padEnd(18)} ${what.padEnd(20)} ${time.padStart(8)}${error ? `  ${error}` : ''}`;
}

/** One line for one event, for pipes and logs. */
export function eventLine(event: RunEvent): string {
  return `${event.at.toISOString()} ${eventText(event)}`;
}

/** The same without the time. */
export function eventText(event: RunEvent): string {
  if (event.type === 'end') return `run ${endText(event)}`;
  const where = [event.recovery && 'recovery', event.phase, event.shard].filter(Boolean).join(' ');
  const failed = event.error ?? 'an error';
  const left = event.error ? `is left by ${event.error}` : 'is done';
  const verb = { entered: 'begins', left, failed: `met ${failed}` }[event.type];
  return `${where && `${where} `}${event.state} ${verb}`;
}

export function endText({ status, error, cause }: EndEvent): string {
  if (status === 'SUCCEEDED') return 'succeeded';
  const words = { FAILED: 'failed', TIMED_OUT: 'timed out', ABORTED: 'was stopped' }[status];
  return `${words}${error ? `: ${error}` : ''}${cause ? ` (${cause.split('\n')[0]!.slice(0, 300)})` : ''}`;
}

/** `7 s`, `3:07`, `1:02:03`. */
export function elapsed(from: Date | undefined, to: Date): string {
  const seconds = Math.max(0, Math.round((to.getTime() - (from ?? to).getTime()) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
