import type { EndEvent, RunEvent } from './events.ts';

/** How far a run has come, as its events tell. */
export interface RunModel {
  startedAt?: Date;
  /** In the order in which they began. */
  phases: Phase[];
  end?: EndEvent;
}

export interface Phase {
  name: string;
  recovery?: true;
  startedAt: Date;
  endedAt?: Date;
  /** The error that was met last, if the phase did not get over it. */
  error?: string;
  /** By name; only Maps have them. */
  shards: Map<string, ShardProgress>;
}

export interface ShardProgress {
  state: string;
  since: Date;
  startedAt: Date;
  /** The first error that its part did not get over. */
  error?: string;
  /** It has gone through all of its states, well or not. */
  endedAt?: Date;
}

/** The states in which a shard's part of a phase ends. */
const lastState = /^(FinishLane|Finish\w*Lane)$/;

export const emptyModel = (): RunModel => ({ phases: [] });

/** Takes an event in; the model is changed. */
export function advance(model: RunModel, event: RunEvent): void {
  if (event.type === 'end') {
    model.end = event;
    return;
  }
  model.startedAt ??= event.at;
  if (event.shard === undefined || event.phase === undefined) takePhase(model, event);
  else takeShard(model, event as typeof event & { shard: string; phase: string });
}

function takePhase(model: RunModel, event: Exclude<RunEvent, EndEvent>): void {
  const { state: name, at, recovery } = event;
  const phase = latest(model, name);
  if (event.type === 'entered') {
    model.phases.push({ name, recovery, startedAt: at, shards: new Map() });
  } else if (phase !== undefined && event.type === 'left') {
    phase.endedAt = at;
    phase.error = event.error;
  } else if (phase !== undefined) {
    phase.error = event.error;
  }
}

function takeShard(
  model: RunModel,
  event: Exclude<RunEvent, EndEvent> & { shard: string; phase: string },
): void {
  const phase = latest(model, event.phase);
  if (phase === undefined) return;
  const before = phase.shards.get(event.shard);
  const shard = before ?? { state: event.state, since: event.at, startedAt: event.at };
  phase.shards.set(event.shard, shard);
  if (event.type === 'entered') {
    shard.state = event.state;
    shard.since = event.at;
  } else if (event.type === 'left') {
    shard.error ??= event.error;
    if (lastState.test(event.state)) shard.endedAt = event.at;
  }
}

function latest(model: RunModel, name: string): Phase | undefined {
  return model.phases.findLast((phase) => phase.name === name);
}
