import type { DataOf } from '../lib/domain/audit/record.ts';
import type { LaneRecorder } from '../lib/domain/audit/trail.ts';
import type { LaneCursor, StepAnswer, StepRequest } from '../lib/domain/envelope.ts';
import { RollbackError } from '../lib/domain/errors.ts';
import type { ChangeStep, Facts, FindingStep, Step, StepTools } from './step-definition.ts';

/** The cluster's lock, as far as every changing step looks at it. */
export interface Lock {
  /** The fencing number under which the cluster is held now. */
  current(cluster: string): Promise<{ epoch: number }>;
}

interface Surroundings<Ports> {
  ports: Ports;
  lock?: Lock;
  tools: StepTools;
}

type Request = StepRequest<any>;

/** An undo without a trail waits for this many attempts before it acts unrecorded. */
const attemptsForEvidence = 2;

/** Runs a step with the evidence that its kind asks for. */
export async function perform<Ports>(
  step: Step<Ports>,
  request: Request,
  cursor: LaneCursor,
  around: Surroundings<Ports>,
): Promise<StepAnswer<unknown>> {
  const { ports, tools } = around;
  switch (step.records) {
    case 'none':
      return { lane: cursor, result: await step.run(request, ports, tools) };
    case 'opens': {
      let lane: LaneRecorder | undefined;
      const use = (opened: LaneRecorder) => {
        lane = opened;
      };
      const result = await step.run(request, ports, { ...tools, use });
      return { lane: lane?.cursor ?? cursor, result };
    }
    case 'self': {
      const lane = tools.trail.at(request.run, cursor);
      const result = await step.run(request, ports, { ...tools, lane });
      return { lane: lane.cursor, result };
    }
    case 'finding':
      return find(step, request, cursor, around);
    case 'change':
      return change(step, request, cursor, around);
  }
}

async function find<Ports>(
  step: FindingStep<Ports, any, any>,
  request: Request,
  cursor: LaneCursor,
  { ports, tools }: Surroundings<Ports>,
): Promise<StepAnswer<unknown>> {
  const lane = tools.trail.at(request.run, cursor);
  const place = placeOf(step, request);
  let result: unknown;
  try {
    result = await step.run(request, ports, tools);
  } catch (error) {
    if (isTransient(error)) throw error;
    const data = failure(place.target, step, error, request);
    await afterFailure(error, () => conclude(lane, place, { ...data, finding: true }));
    throw error;
  }
  const evidence = clean(step.evidence?.(result, request));
  if (step.kind === 'decision') {
    const { decision, by = [], ...facts } = (evidence ?? {}) as Facts & Partial<DataOf['decision']>;
    if (decision === undefined)
      throw new TypeError(`${step.name} records a decision, but its evidence names none.`);
    await lane.append({ ...place.names, kind: 'decision', data: { decision, by, facts } });
  } else {
    const data = { target: place.target, result: 'ok' as const, finding: true as const };
    await conclude(lane, place, { ...data, ...(evidence && { facts: evidence }) });
  }
  return { lane: lane.cursor, result };
}

async function change<Ports>(
  step: ChangeStep<Ports, any, any>,
  request: Request,
  cursor: LaneCursor,
  { ports, lock, tools }: Surroundings<Ports>,
): Promise<StepAnswer<unknown>> {
  await holdEpoch(lock, request);
  const lane = tools.trail.at(request.run, cursor);
  const place = placeOf(step, request);
  const declared = await declare(lane, step, place, request, tools);
  // An intent that was there already is an earlier attempt's: the step must look before it acts.
  const attempt = declared === 'adopted' ? Math.max(1, request.attempt) : request.attempt;
  const late = declared === 'unrecorded' ? ({ late: true } as const) : {};
  let result: unknown;
  try {
    result = await step.run({ ...request, attempt }, ports, tools);
  } catch (error) {
    if (isTransient(error)) throw error;
    const data = failure(place.target, step, error, request);
    await afterFailure(error, () => conclude(lane, place, data, late));
    throw error;
  }
  const facts = clean(step.evidence?.(result, request));
  const data = { target: place.target, result: 'ok' as const, ...(facts && { facts }) };
  try {
    await conclude(lane, place, data, late);
  } catch (error) {
    if (!step.reverses) throw error;
    tools.logger.error('undone, but the trail did not take the outcome', error as Error);
  }
  return { lane: lane.cursor, result };
}

async function holdEpoch(lock: Lock | undefined, { run }: Request): Promise<void> {
  if (lock === undefined)
    throw new RollbackError('NotConfigured', 'This function changes things but has no lock.');
  const { epoch } = await lock.current(run.cluster);
  if (epoch <= run.epoch) return;
  throw new RollbackError(
    'EpochSuperseded',
    `Run ${run.id} acts under epoch ${run.epoch}, but cluster ${run.cluster} is held under ${epoch}.`,
    { details: { expected: run.epoch, got: epoch } },
  );
}

/** Puts the intent on record, before anything is changed. */
async function declare(
  lane: LaneRecorder,
  step: ChangeStep<any, any, any>,
  place: PlaceOfStep,
  request: Request,
  { logger }: StepTools,
): Promise<'new' | 'adopted' | 'unrecorded'> {
  const undo = step.undo?.(request);
  const incarnation = step.incarnation?.(request);
  const data = {
    target: place.target,
    ...(undo && { undo: { step: undo.step, target: undo.target ?? place.target } }),
    ...(incarnation && { incarnation }),
  };
  try {
    const { adopted } = await lane.append({ ...place.names, kind: 'intent', data });
    return adopted ? 'adopted' : 'new';
  } catch (error) {
    const maybeLater = isTransient(error) && request.attempt < attemptsForEvidence;
    if (!step.reverses || maybeLater) throw error;
    logger.error('the trail does not take the intent of an undo; acting without it', error as Error);
    return 'unrecorded';
  }
}

/** Records the one outcome of an op; where a repetition came to another result, a notice says so. */
async function conclude(
  lane: LaneRecorder,
  place: PlaceOfStep,
  data: DataOf['outcome'],
  late: { late?: true } = {},
): Promise<void> {
  const { adopted, record } = await lane.append({ ...place.names, kind: 'outcome', data, ...late });
  if (!adopted || record.kind !== 'outcome' || record.data.result === data.result) return;
  const facts = { result: data.result, ...(data.error && { error: data.error }) };
  await lane.append({ ...place.names, kind: 'notice', data: { about: place.names.op, facts } });
}

/** Where a failure cannot be recorded either, the failure itself stays the one that is thrown. */
async function afterFailure(error: unknown, record: () => Promise<unknown>): Promise<void> {
  try {
    await record();
  } catch (recording) {
    if (error instanceof RollbackError) error.details.unrecorded = String(recording);
  }
}

interface PlaceOfStep {
  target: string;
  names: { step: string; op: string };
}

function placeOf(
  step: ChangeStep<any, any, any> | FindingStep<any, any, any>,
  request: Request,
): PlaceOfStep {
  const target = step.target?.(request) ?? request.shard ?? request.run.cluster;
  return { target, names: { step: step.name, op: `${step.name}.${target}` } };
}

function failure(
  target: string,
  step: ChangeStep<any, any, any> | FindingStep<any, any, any>,
  error: unknown,
  request: Request,
): DataOf['outcome'] {
  // Only an error of the catalogue says that the step knows what it left behind.
  if (!(error instanceof RollbackError)) return { target, result: 'unknown', ...sqlstateOf(error) };
  const facts = clean(step.evidenceOfFailure?.(error, request));
  return { target, result: 'failed', error: error.name, ...sqlstateOf(error), ...(facts && { facts }) };
}

function sqlstateOf(error: unknown): { sqlstate?: string } {
  const { details, cause, code } = error as { details?: Facts; cause?: { code?: unknown }; code?: unknown };
  const state = [details?.sqlstate, cause?.code, code].find(
    (value): value is string => typeof value === 'string' && /^[0-9A-Z]{5}$/.test(value),
  );
  return state === undefined ? {} : { sqlstate: state };
}

/** The evidence's plain form: times as RFC 3339 text, absent members left out, fractions as text. */
function clean(facts: Facts | undefined): Facts | undefined {
  if (facts === undefined) return undefined;
  return JSON.parse(
    JSON.stringify(facts, (_name, value) =>
      typeof value === 'bigint' || (typeof value === 'number' && !Number.isSafeInteger(value))
        ? String(value)
        : value,
    ),
  );
}

function isTransient(error: unknown): boolean {
  return error instanceof RollbackError && error.transient;
}
