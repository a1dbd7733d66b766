/** Durations of every state of a run, read from Step Functions' own histories. */
import {
  type HistoryEvent,
  paginateGetExecutionHistory,
  paginateListExecutions,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { Timing } from './report.ts';

export interface RunHistory {
  timings: Timing[];
  /** Events of the parent, and of the longest execution of one shard's restore. */
  events: { parent: number; shard: number };
}

/** @param shardMachine ARN of the machine whose executions restore one shard each */
export async function readTimings(
  sfn: SFNClient,
  execution: string,
  shardMachine: string,
): Promise<RunHistory> {
  const parent = await history(sfn, execution);
  const timings = pair(parent);
  const since = parent[0]?.timestamp ?? new Date(0);
  const until = parent.at(-1)?.timestamp ?? new Date();
  for (const { mapRunStartedEventDetails: map } of parent) {
    if (map?.mapRunArn === undefined) continue;
    for (const child of await executions(sfn, { mapRunArn: map.mapRunArn })) {
      const events = await history(sfn, child.arn);
      timings.push(...pair(events, shardOf(events)));
    }
  }
  let shard = 0;
  for (const child of await executions(sfn, { stateMachineArn: shardMachine })) {
    if (child.startedAt < since || child.startedAt > until) continue;
    const events = await history(sfn, child.arn);
    shard = Math.max(shard, events.length);
    timings.push(...pair(events, shardOf(events)));
  }
  timings.sort((a, b) => (a.start < b.start ? -1 : 1));
  return { timings, events: { parent: parent.length, shard } };
}

async function history(sfn: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  const pages = paginateGetExecutionHistory(
    { client: sfn, pageSize: 1000 },
    { executionArn, includeExecutionData: true },
  );
  for await (const page of pages) events.push(...(page.events ?? []));
  return events;
}

async function executions(
  sfn: SFNClient,
  of: { mapRunArn: string } | { stateMachineArn: string },
): Promise<{ arn: string; startedAt: Date }[]> {
  const found: { arn: string; startedAt: Date }[] = [];
  for await (const page of paginateListExecutions({ client: sfn, pageSize: 1000 }, of))
    for (const { executionArn, startDate } of page.executions ?? [])
      found.push({ arn: executionArn!, startedAt: startDate! });
  return found;
}

function shardOf(events: HistoryEvent[]): string | undefined {
  const input = events[0]?.executionStartedEventDetails?.input;
  return input === undefined ? undefined : (JSON.parse(input) as { shard?: string }).shard;
}

/** Entered and left, state by state. A state that was never left has no duration. */
function pair(events: HistoryEvent[], shard?: string): Timing[] {
  const entered = new Map<string, Date>();
  const timings: Timing[] = [];
  for (const event of events) {
    const name = event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name;
    if (name === undefined || !/^(Task|Wait|Map)State/.test(event.type ?? '')) continue;
    if (event.stateEnteredEventDetails !== undefined) entered.set(name, event.timestamp!);
    else {
      const start = entered.get(name) ?? event.timestamp!;
      timings.push({
        step: name,
        ...(shard === undefined ? {} : { shard }),
        start: start.toISOString(),
        end: event.timestamp!.toISOString(),
      });
    }
  }
  return timings;
}

/**
 * Seconds from the start of the run until the last shard was open for writes, less the engine's own critical
 * path: of the slowest shard, recovery and validation queries.
 */
export function overheadSeconds(
  startedAt: Date,
  timings: Timing[],
  engine: { shard: string; recoveryMs: number }[],
): number | null {
  const opened = timings.filter(({ step }) => step === 'OpenShard').map(({ end }) => Date.parse(end));
  if (opened.length === 0) return null;
  const critical = engine.map(
    ({ shard, recoveryMs }) => recoveryMs + duration(timings, 'ValidateShard', shard),
  );
  return (Math.max(...opened) - startedAt.getTime() - Math.max(0, ...critical)) / 1000;
}

function duration(timings: Timing[], step: string, shard: string): number {
  return timings
    .filter((timing) => timing.step === step && timing.shard === shard)
    .reduce((sum, { start, end }) => sum + Date.parse(end) - Date.parse(start), 0);
}
