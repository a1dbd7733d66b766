/** What is seen of a run while it goes on. */
export type RunEvent = StateEvent | EndEvent;

/** A state of the run, of a shard's part of it, or of its recovery, was entered, left or met an error. */
export interface StateEvent {
  type: 'entered' | 'left' | 'failed';
  at: Date;
  /** Name of the state. */
  state: string;
  kind: 'Task' | 'Wait' | 'Map';
  /** The Map of the parent, where the state belongs to one of its shards. */
  phase?: string;
  shard?: string;
  /** The recovery's states come from another machine. */
  recovery?: true;
  /** The error's name and cause: of `failed`, and of `left` where the state was left by that error. */
  error?: string;
  cause?: string;
}

export interface EndEvent {
  type: 'end';
  at: Date;
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  error?: string;
  cause?: string;
  output?: string;
}
