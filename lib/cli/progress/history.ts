import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';
import type { StateEvent } from './events.ts';

/** As what an execution is followed: the run itself, a shard's part of a phase, a recovery. */
export interface Followed {
  phase?: string;
  shard?: string;
  recovery?: true;
}

interface Found {
  arn: string;
  as: Followed;
}

export interface News {
  events: StateEvent[];
  /** Executions that this one started. */
  started: Found[];
  mapRuns: Found[];
}

type Kind = StateEvent['kind'];

const errorOf: Record<string, (event: HistoryEvent) => { error?: string; cause?: string } | undefined> = {
  TaskFailed: (event) => event.taskFailedEventDetails,
  TaskTimedOut: (event) => event.taskTimedOutEventDetails,
  TaskSubmitFailed: (event) => event.taskSubmitFailedEventDetails,
  TaskStartFailed: (event) => event.taskStartFailedEventDetails,
  LambdaFunctionFailed: (event) => event.lambdaFunctionFailedEventDetails,
  LambdaFunctionTimedOut: (event) => event.lambdaFunctionTimedOutEventDetails,
  MapRunFailed: (event) => event.mapRunFailedEventDetails,
};

/** One execution's history, read piece by piece. */
export class History {
  ended = false;
  private readonly sfn: SFNClient;
  private readonly arn: string;
  private as: Followed;
  private lastId = 0;
  private state?: { name: string; kind: Kind };
  /** What the state met last, unless a later try of it succeeded. */
  private failure: { error?: string; cause?: string } = {};

  constructor(sfn: SFNClient, arn: string, as: Followed) {
    this.sfn = sfn;
    this.arn = arn;
    this.as = as;
  }

  /** What has happened since the last call. */
  async read(): Promise<News> {
    const news: News = { events: [], started: [], mapRuns: [] };
    for (const event of await this.fresh()) {
      this.lastId = event.id ?? this.lastId;
      this.take(event, news);
    }
    return news;
  }

  /** New events, oldest first. Read backwards, so that a long history is not read again at every look. */
  private async fresh(): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.sfn.send(
        new GetExecutionHistoryCommand({
          executionArn: this.arn,
          reverseOrder: true,
          maxResults: this.lastId === 0 ? 1000 : 50,
          nextToken,
        }),
      );
      const all = page.events ?? [];
      const news = all.filter(({ id = 0 }) => id > this.lastId);
      events.push(...news);
      nextToken = news.length === all.length ? page.nextToken : undefined;
    } while (nextToken !== undefined);
    return events.reverse();
  }

  private take(event: HistoryEvent, news: News): void {
    const { type = '', timestamp: at = new Date(0) } = event;
    if (type === 'ExecutionStarted') {
      this.as = { ...this.as, shard: shardOf(event.executionStartedEventDetails?.input) ?? this.as.shard };
      return;
    }
    if (/^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(type)) {
      this.ended = true;
      return;
    }
    const [, kind, direction] = /^(Task|Wait|Map)State(Entered|Exited)$/.exec(type) ?? [];
    const name = event.stateEnteredEventDetails?.name ?? event.stateExitedEventDetails?.name;
    if (kind !== undefined && name !== undefined) {
      this.state = { name, kind: kind as Kind };
      const failure = this.failure;
      this.failure = {};
      news.events.push({
        ...this.as,
        type: direction === 'Entered' ? 'entered' : 'left',
        at,
        state: name,
        kind: kind as Kind,
        ...(direction === 'Exited' && failure),
      });
      return;
    }
    const failed = errorOf[type]?.(event);
    if (failed !== undefined && this.state !== undefined) {
      const { error, cause } = failed;
      this.failure = { error, cause };
      news.events.push({
        ...this.as,
        type: 'failed',
        at,
        state: this.state.name,
        kind: this.state.kind,
        error,
        cause,
      });
      return;
    }
    if (/Succeeded$/.test(type)) this.failure = {};
    const mapRun = event.mapRunStartedEventDetails?.mapRunArn;
    if (mapRun !== undefined) {
      news.mapRuns.push({ arn: mapRun, as: { ...this.as, phase: this.state?.name ?? this.as.phase } });
    }
    const started = startedArn(event);
    if (started !== undefined) {
      const own = this.as.phase !== undefined ? this.as : { recovery: true as const };
      news.started.push({ arn: started, as: own });
    }
  }
}

function shardOf(input: string | undefined): string | undefined {
  if (input === undefined) return undefined;
  const shard = (parse(input) as { shard?: unknown } | undefined)?.shard;
  return typeof shard === 'string' ? shard : undefined;
}

/** The execution that a state started, from what Step Functions notes of its submission. */
function startedArn({ type, taskSubmittedEventDetails: details }: HistoryEvent): string | undefined {
  if (type !== 'TaskSubmitted' || details?.resourceType !== 'states') return undefined;
  const arn = (parse(details.output ?? '') as { ExecutionArn?: unknown } | undefined)?.ExecutionArn;
  return typeof arn === 'string' ? arn : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
