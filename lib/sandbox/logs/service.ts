import { gzipSync } from 'node:zlib';
import type { Operation, SandboxContext, Service } from '../contract.ts';
import { ServiceError } from '../contract.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { filterPattern } from './filter-pattern.ts';
import { type LogEvent, LogGroups } from './log-groups.ts';

interface Filter {
  input: any;
  matches: (message: string) => boolean;
}

/** CloudWatch Logs in memory; lines in the embedded metric format become metrics. */
export class LogsService implements Service {
  readonly name = 'logs';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #groups: LogGroups;
  readonly #metricFilters = new Map<string, Filter[]>();
  readonly #subscriptionFilters = new Map<string, Filter[]>();

  constructor(context: SandboxContext) {
    this.#context = context;
    this.#groups = new LogGroups(context.account, context.region);
    this.operations = {
      CreateLogGroup: async (input) => {
        this.#groups.create(input.logGroupName);
        return {};
      },
      CreateLogStream: async (input) => {
        this.#groups.createStream(input.logGroupName, input.logStreamName);
        return {};
      },
      DeleteLogGroup: async (input) => {
        this.#groups.delete(input.logGroupName);
        return {};
      },
      PutRetentionPolicy: async (input) => {
        this.#groups.find(input.logGroupName).retentionInDays = input.retentionInDays;
        return {};
      },
      PutMetricFilter: async (input) => this.#addFilter(this.#metricFilters, input),
      PutSubscriptionFilter: async (input) => this.#addFilter(this.#subscriptionFilters, input),
      PutLogEvents: (input) => this.#put(input),
      GetLogEvents: async (input) => this.#get(input),
      FilterLogEvents: async (input) => this.#filter(input),
      DescribeLogGroups: async (input) => ({
        logGroups: this.#groups.all(input.logGroupNamePrefix).map((group) => ({
          logGroupName: group.name,
          arn: group.arn,
          logGroupArn: group.arn.replace(/:\*$/, ''),
          creationTime: group.creationTime,
          retentionInDays: group.retentionInDays,
          storedBytes: 0,
        })),
      }),
      DescribeLogStreams: async (input) => ({
        logStreams: [...this.#groups.find(input.logGroupName ?? input.logGroupIdentifier).streams.values()]
          .filter((stream) => stream.name.startsWith(input.logStreamNamePrefix ?? ''))
          .map((stream) => ({
            logStreamName: stream.name,
            creationTime: stream.creationTime,
            firstEventTimestamp: stream.events[0]?.timestamp,
            lastEventTimestamp: stream.events.at(-1)?.timestamp,
          })),
      }),
    };
  }

  #addFilter(filters: Map<string, Filter[]>, input: any) {
    const { name } = this.#groups.find(input.logGroupName);
    const others = (filters.get(name) ?? []).filter((each) => each.input.filterName !== input.filterName);
    filters.set(name, [...others, { input, matches: filterPattern(input.filterPattern) }]);
    return {};
  }

  async #put(input: any) {
    const { logGroupName, logStreamName } = input;
    if (!Array.isArray(input.logEvents) || input.logEvents.length === 0) {
      throw new ServiceError('InvalidParameterException', 'logEvents must have at least one event');
    }
    const events = this.#groups.append(logGroupName, logStreamName, input.logEvents);
    for (const { message } of events) {
      for (const data of embeddedMetrics(message))
        await this.#context.call('monitoring', 'PutMetricData', data);
    }
    for (const filter of this.#metricFilters.get(logGroupName) ?? [])
      await this.#countMatches(filter, events);
    for (const filter of this.#subscriptionFilters.get(logGroupName) ?? []) {
      await this.#forward(filter, logGroupName, logStreamName, events);
    }
    return { nextSequenceToken: events.at(-1)?.eventId };
  }

  async #countMatches({ input, matches }: Filter, events: LogEvent[]) {
    for (const event of events.filter(({ message }) => matches(message))) {
      for (const transformation of input.metricTransformations) {
        const Value = Number(transformation.metricValue);
        if (Number.isNaN(Value)) continue;
        await this.#context.call('monitoring', 'PutMetricData', {
          Namespace: transformation.metricNamespace,
          MetricData: [
            {
              MetricName: transformation.metricName,
              Value,
              Unit: transformation.unit ?? 'None',
              Timestamp: new Date(event.timestamp),
            },
          ],
        });
      }
    }
  }

  async #forward({ input, matches }: Filter, logGroup: string, logStream: string, events: LogEvent[]) {
    const matching = events.filter(({ message }) => matches(message));
    if (matching.length === 0) return;
    const data = gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: this.#context.account,
        logGroup,
        logStream,
        subscriptionFilters: [input.filterName],
        logEvents: matching.map(({ eventId: id, timestamp, message }) => ({ id, timestamp, message })),
      }),
    ).toString('base64');
    await this.#context.call('lambda', 'Invoke', {
      FunctionName: input.destinationArn,
      InvocationType: 'Event',
      Payload: new TextEncoder().encode(JSON.stringify({ awslogs: { data } })),
    });
  }

  #get(input: any) {
    const { events } = this.#groups.stream(
      input.logGroupName ?? input.logGroupIdentifier,
      input.logStreamName,
    );
    const chosen = events.filter((event) => within(event, input));
    const limit = input.limit ?? 10_000;
    // A token is the position in the stream, so that a reader who asks again gets what came since.
    const position = input.nextToken ? Number(input.nextToken.slice(2)) : undefined;
    const from = position ?? (input.startFromHead ? 0 : Math.max(0, chosen.length - limit));
    const page = chosen.slice(from, from + limit);
    return {
      events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: `f/${from + page.length}`,
      nextBackwardToken: `b/${Math.max(0, from - limit)}`,
    };
  }

  #filter(input: any) {
    const group = this.#groups.find(input.logGroupName ?? input.logGroupIdentifier);
    const matches = filterPattern(input.filterPattern);
    const names: string[] | undefined = input.logStreamNames;
    const found = [...group.streams.values()]
      .filter((stream) => names === undefined || names.includes(stream.name))
      .filter((stream) => stream.name.startsWith(input.logStreamNamePrefix ?? ''))
      .flatMap((stream) =>
        stream.events
          .filter((event) => within(event, input) && matches(event.message))
          .map((event) => ({ logStreamName: stream.name, ...event })),
      )
      .sort((one, other) => one.timestamp - other.timestamp);
    const from = Number(input.nextToken ?? 0);
    const to = from + (input.limit ?? 10_000);
    return { events: found.slice(from, to), ...(to < found.length && { nextToken: String(to) }) };
  }
}

function within(event: LogEvent, { startTime, endTime }: { startTime?: number; endTime?: number }): boolean {
  return event.timestamp >= (startTime ?? 0) && event.timestamp <= (endTime ?? Infinity);
}
