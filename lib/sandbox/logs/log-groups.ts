import { randomUUID } from 'node:crypto';
import { ServiceError } from '../contract.ts';

export interface LogEvent {
  eventId: string;
  timestamp: number;
  ingestionTime: number;
  message: string;
}

export interface LogStream {
  name: string;
  creationTime: number;
  events: LogEvent[];
}

export interface LogGroup {
  name: string;
  arn: string;
  creationTime: number;
  retentionInDays: number | undefined;
  streams: Map<string, LogStream>;
}

/** The newest events that a stream keeps, and the streams that a group keeps. */
const eventsPerStream = 10_000;
const streamsPerGroup = 200;

/** Log groups in memory, bounded: the oldest events and streams go first. */
export class LogGroups {
  readonly #groups = new Map<string, LogGroup>();
  readonly #arnPrefix: string;

  constructor(account: string, region: string) {
    this.#arnPrefix = `arn:aws:logs:${region}:${account}:log-group:`;
  }

  create(name: string): LogGroup {
    if (this.#groups.has(name)) throw alreadyExists('log group', name);
    const arn = `${this.#arnPrefix}${name}:*`;
    const group = { name, arn, creationTime: Date.now(), retentionInDays: undefined, streams: new Map() };
    this.#groups.set(name, group);
    return group;
  }

  createStream(groupName: string, name: string): void {
    const { streams } = this.find(groupName);
    if (streams.has(name)) throw alreadyExists('log stream', name);
    streams.set(name, { name, creationTime: Date.now(), events: [] });
    if (streams.size > streamsPerGroup) streams.delete(streams.keys().next().value!);
  }

  append(groupName: string, streamName: string, added: { timestamp: number; message: string }[]): LogEvent[] {
    const stream = this.stream(groupName, streamName);
    const ingestionTime = Date.now();
    const events = added.map((event) => ({ eventId: randomUUID(), ...event, ingestionTime }));
    stream.events.push(...events);
    if (stream.events.length > eventsPerStream)
      stream.events.splice(0, stream.events.length - eventsPerStream);
    return events;
  }

  find(nameOrArn: string): LogGroup {
    const name = nameOrArn?.replace(this.#arnPrefix, '').replace(/:\*$/, '');
    const group = this.#groups.get(name);
    if (group === undefined) throw notFound('log group');
    return group;
  }

  stream(groupName: string, name: string): LogStream {
    const stream = this.find(groupName).streams.get(name);
    if (stream === undefined) throw notFound('log stream');
    return stream;
  }

  delete(name: string): void {
    this.#groups.delete(this.find(name).name);
  }

  all(prefix = ''): LogGroup[] {
    return [...this.#groups.values()].filter((group) => group.name.startsWith(prefix));
  }
}

function alreadyExists(what: string, name: string) {
  return new ServiceError('ResourceAlreadyExistsException', `The specified ${what} already exists: ${name}`);
}

function notFound(what: string) {
  return new ServiceError('ResourceNotFoundException', `The specified ${what} does not exist.`);
}
