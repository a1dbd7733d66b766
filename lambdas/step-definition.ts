import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type * as z from 'zod/mini';
import type { Kind } from '../lib/domain/audit/record.ts';
import type { AuditTrail, LaneRecorder } from '../lib/domain/audit/trail.ts';
import type { OpeningRequest, StepRequest } from '../lib/domain/envelope.ts';
import type { RollbackError } from '../lib/domain/errors.ts';

/** What every step may use beside its own ports. */
export interface StepTools {
  trail: AuditTrail;
  logger: Logger;
  metrics: Metrics;
}

/** What a step that keeps its own evidence gets: `lane` stands at the request's cursor; its cursor is answered. */
interface RecordingTools extends StepTools {
  lane: LaneRecorder;
}

/** What a step that opens or resumes a run gets: the lane it passes to `use` is the one that is answered. */
interface OpeningTools extends StepTools {
  use(lane: LaneRecorder): void;
}

/** Fields that go on record. Integers, strings, booleans, lists and objects; names of letters and digits. */
export type Facts = Record<string, unknown>;

interface Common<Input extends z.core.$ZodType, Output extends z.core.$ZodType, Request> {
  name: string;
  input: Input;
  output: Output;
  /** What the step acts on, the second half of its op; the shard, else the cluster, where not given. */
  target?: (request: Request) => string | undefined;
}

type Of<Input extends z.core.$ZodType> = StepRequest<z.infer<Input>>;

interface Evidence<Input extends z.core.$ZodType, Output extends z.core.$ZodType> {
  /** What of the result goes on record. */
  evidence?: (result: z.infer<Output>, request: Of<Input>) => Facts;
  /** What of a failure goes on record beside its name. Never a message: it may quote somebody's data. */
  evidenceOfFailure?: (error: RollbackError, request: Of<Input>) => Facts;
}

/** Intent before, outcome after; refused where a newer epoch holds the lock. */
export interface ChangeStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>
  extends Common<Input, Output, Of<Input>>,
    Evidence<Input, Output> {
  records: 'change';
  /** The step that takes this one back, if one does; recorded with the intent. */
  undo?: (request: Of<Input>) => { step: string; target?: string } | undefined;
  /** Which incarnation of a database is acted upon. */
  incarnation?: (request: Of<Input>) => { resourceId: string; timeline: number } | undefined;
  /** It takes an earlier change back: authorised by that change's intent, it acts even without a trail. */
  reverses?: boolean;
  run(request: Of<Input>, ports: Ports, tools: StepTools): Promise<z.infer<Output>>;
}

/** Looks and judges: one record afterwards, an outcome or the kind given. */
export interface FindingStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>
  extends Common<Input, Output, Of<Input>>,
    Evidence<Input, Output> {
  records: 'finding';
  /** `decision`: evidence gives `{ decision, by, …facts }`. */
  kind?: Extract<Kind, 'outcome' | 'decision'>;
  run(request: Of<Input>, ports: Ports, tools: StepTools): Promise<z.infer<Output>>;
}

/** Polling: no record. */
export interface PollingStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>
  extends Common<Input, Output, Of<Input>> {
  records: 'none';
  run(request: Of<Input>, ports: Ports, tools: StepTools): Promise<z.infer<Output>>;
}

/** Writes its own records through `tools.lane`. */
export interface RecordingStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>
  extends Common<Input, Output, Of<Input>> {
  records: 'self';
  run(request: Of<Input>, ports: Ports, tools: RecordingTools): Promise<z.infer<Output>>;
}

/** Runs before there is a trail: `run` and `lane` may be absent from the request; it opens or resumes them. */
export interface OpeningStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>
  extends Common<Input, Output, OpeningRequest<z.infer<Input>>> {
  records: 'opens';
  run(request: OpeningRequest<z.infer<Input>>, ports: Ports, tools: OpeningTools): Promise<z.infer<Output>>;
}

type AnySchema = z.core.$ZodType<any, any>;

/** A step as an area's function keeps it. */
export type Step<
  Ports,
  Input extends z.core.$ZodType = AnySchema,
  Output extends z.core.$ZodType = AnySchema,
> =
  | ChangeStep<Ports, Input, Output>
  | FindingStep<Ports, Input, Output>
  | PollingStep<Ports, Input, Output>
  | RecordingStep<Ports, Input, Output>
  | OpeningStep<Ports, Input, Output>;

/**
 * Declares a step. `run` may be called by itself in a test: `startClone.run(request, ports, tools)`; steps are
 * idempotent, since state machines retry them and recovery repeats them.
 */
export function defineStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>(
  step: ChangeStep<Ports, Input, Output>,
): ChangeStep<Ports, Input, Output>;
export function defineStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>(
  step: FindingStep<Ports, Input, Output>,
): FindingStep<Ports, Input, Output>;
export function defineStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>(
  step: PollingStep<Ports, Input, Output>,
): PollingStep<Ports, Input, Output>;
export function defineStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>(
  step: RecordingStep<Ports, Input, Output>,
): RecordingStep<Ports, Input, Output>;
export function defineStep<Ports, Input extends z.core.$ZodType, Output extends z.core.$ZodType>(
  step: OpeningStep<Ports, Input, Output>,
): OpeningStep<Ports, Input, Output>;
export function defineStep(step: unknown): unknown {
  return step;
}
