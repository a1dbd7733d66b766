import * as z from 'zod/mini';

/**
 * What travels between a state machine and its functions: who the run is, where its evidence stands,
 * and the request and answer around one step. The forms are those of docs/architecture.md.
 */

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'));

/** A run's name: UTC time of its start and sixteen hexadecimal digits. */
const runId = z
  .string()
  .check(
    z.regex(
      /^\d{8}T\d{6}Z-[0-9a-f]{16}$/,
      'expected <UTC time>-<16 hex>, as 20261122T030405Z-0123456789abcdef',
    ),
  );

export const runRef = z.object({
  id: runId,
  cluster: z.string().check(z.minLength(1)),
  /** The lock's fencing number under which this run acts. */
  epoch: z.int().check(z.nonnegative()),
  mode: z.enum(['execute', 'drill', 'plan']),
  class: z.string(),
  incident: z.string(),
  commander: z.string(),
  /** ARN of the execution that acts. */
  execution: z.string(),
});
export type RunRef = z.infer<typeof runRef>;

/** The place of a lane's newest record; `seq` −1 before its first, `hash` then the fork's (main: zeros). */
const laneCursor = z.object({
  name: z.string().check(z.minLength(1)),
  seq: z.int().check(z.gte(-1)),
  hash,
  /** Time of that record, in milliseconds UTC, where the writer of the cursor knew it. */
  time: z.optional(z.int()),
});
export type LaneCursor = z.infer<typeof laneCursor>;

export const noHash = '0'.repeat(64);

/** Main's cursor before a run has any record. */
export const beforeOpen: LaneCursor = { name: 'main', seq: -1, hash: noHash };

/** The outer form of every request; `run` and `lane` are absent only before a run is opened. */
export const stepEnvelope = z.object({
  step: z.string(),
  run: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  lane: z.optional(z.nullable(laneCursor)),
  shard: z.optional(z.nullable(z.string())),
  input: z.optional(z.unknown()),
  /** How often the state machine has retried this state. */
  attempt: z._default(z.int().check(z.nonnegative()), 0),
});

/** What a step's `run` gets. */
export interface StepRequest<Input> {
  run: RunRef;
  shard?: string;
  input: Input;
  attempt: number;
}

/** What a step that opens a run gets: nothing of the run is known yet, or only what the machine knows. */
export interface OpeningRequest<Input> {
  run: Partial<RunRef>;
  shard?: string;
  input: Input;
  attempt: number;
}

/** What a function answers to the state machine. */
export interface StepAnswer<Result> {
  lane: LaneCursor;
  result: Result;
}
