import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand, paginateListExecutions, type SFNClient } from '@aws-sdk/client-sfn';
import { forAll } from '../../domain/for-all.ts';
import type { EndEvent, RunEvent } from './events.ts';
import { type Followed, History } from './history.ts';

export interface WatchOptions {
  sfn: SFNClient;
  /** ARN of the run's own execution. */
  executionArn: string;
  onEvent: (event: RunEvent) => void;
  /** Between two looks, in milliseconds. */
  intervalMs?: number;
  signal?: AbortSignal;
}

const lookedAtOnce = 8;

/**
 * Follows a run until its execution ends: its own states, those of each shard in its Maps, and those of the
 * machines these start. Every event is told once, a run that has ended already from its beginning. Returns how
 * it ended.
 */
export async function watchRun(options: WatchOptions): Promise<EndEvent> {
  const { sfn, executionArn, onEvent, intervalMs = 1_000, signal } = options;
  const followed = new Map<string, History>([[executionArn, new History(sfn, executionArn, {})]]);
  const mapRuns = new Map<string, Followed>();

  const look = async (): Promise<void> => {
    const open = [...followed.values()].filter((history) => !history.ended);
    await forAll(open, lookedAtOnce, async (history) => {
      const news = await history.read();
      for (const event of news.events) onEvent(event);
      for (const { arn, as } of news.started) {
        if (!followed.has(arn)) followed.set(arn, new History(sfn, arn, as));
      }
      for (const { arn, as } of news.mapRuns) mapRuns.set(arn, as);
    });
    for (const [mapRunArn, as] of mapRuns) {
      for await (const page of paginateListExecutions({ client: sfn }, { mapRunArn })) {
        for (const { executionArn: arn } of page.executions ?? []) {
          if (arn !== undefined && !followed.has(arn)) followed.set(arn, new History(sfn, arn, as));
        }
      }
    }
  };

  for (;;) {
    const run = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    // Described first: what is read afterwards is then the whole of an ended run.
    await look();
    if (run.status !== undefined && run.status !== 'RUNNING' && run.status !== 'PENDING_REDRIVE') {
      // Children found by the last look have not been read themselves.
      for (let before = -1; before < followed.size; ) {
        before = followed.size;
        await look();
      }
      const { status, error, cause, output } = run;
      const end: EndEvent = { type: 'end', at: run.stopDate ?? new Date(), status, error, cause, output };
      onEvent(end);
      return end;
    }
    await sleep(intervalMs, undefined, { signal });
  }
}
