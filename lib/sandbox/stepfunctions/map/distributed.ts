import { randomUUID } from 'node:crypto';
import { type MapState, processorOf } from '../definition.ts';
import type { Execution } from '../execution.ts';
import { StateFailure } from '../failure.ts';
import type { Machine } from '../host.ts';
import { optimisedFailure } from '../integrations/errors.ts';
import type { Json } from '../json.ts';
import { limits } from '../limits.ts';
import type { Exit, Visit } from '../visit.ts';
import { type ChildInputs, inputsOf } from './batches.ts';
import { itemsOf, selectItem } from './items.ts';
import { readItems } from './reader.ts';
import { writeResults } from './results.ts';
import { MapRun } from './run.ts';

/** Labels of Maps that have none of their own: the same at every run of a definition. */
const labels = new WeakMap<MapState, string>();

/** One attempt of a Map whose iterations are executions of their own. */
export async function runDistributed(visit: Visit<MapState>): Promise<Exit> {
  const { state, thread } = visit;
  const { ItemReader: reader, ResultWriter: writer } = state;
  const redriven = thread.execution.mapRunToRedrive(thread, visit.name);
  const listed = reader || redriven ? undefined : await itemsOf(visit);
  thread.record('MapStateStarted', { mapStateStartedEventDetails: { length: listed?.length ?? 0 } });
  const run = redriven ?? (await open(visit));
  const startedId = redriven ? reopen(visit, run) : recordStart(visit, run);

  let result: Json;
  try {
    if (!redriven) {
      const { inputs, itemCounts } = await childInputs(visit, listed ?? (await readItems(visit, reader!)));
      Object.assign(run, { inputs, itemCounts });
    }
    const breach = await runChildren(visit, run);
    const outputs = run.children.flatMap((child) =>
      child?.outputText === undefined ? [] : [JSON.parse(child.outputText) as Json],
    );
    result = writer?.Resource ? await writeResults(visit, writer, run) : outputs;
    if (breach) throw breach;
  } catch (error) {
    close(visit, run, error instanceof StateFailure ? 'FAILED' : 'ABORTED');
    if (error instanceof StateFailure)
      thread.record('MapRunFailed', { mapRunFailedEventDetails: error.members });
    throw error;
  }
  close(visit, run, 'SUCCEEDED');
  thread.record('MapRunSucceeded');
  const exit = await visit.exit(state, result, state.Next, { result });
  thread.recordBeside('MapStateSucceeded');
  // So Step Functions numbers it: after a reader the exit follows the run's start, otherwise its end.
  if (reader) thread.previous = startedId;
  return exit;
}

async function open(visit: Visit<MapState>): Promise<MapRun> {
  const { state, thread } = visit;
  const { execution } = thread;
  const { account, region, clock } = execution.host.sandbox;
  const concurrency = await visit.evaluateNumber(state.MaxConcurrency, 'MaxConcurrency', { least: 0 });
  const tolerance = {
    count: await visit.evaluateNumber(state.ToleratedFailureCount, 'ToleratedFailureCount', { least: 0 }),
    percentage: await visit.evaluateNumber(state.ToleratedFailurePercentage, 'ToleratedFailurePercentage', {
      least: 0,
      most: 100,
      whole: false,
    }),
  };
  await mayStartChildren(execution);
  const machine = childMachine(state, execution.machine);
  const run = new MapRun({
    arn: `arn:aws:states:${region}:${account}:mapRun:${machine.name}:${randomUUID()}`,
    executionArn: execution.arn,
    machine,
    startDate: clock.now(),
    maxConcurrency: concurrency ?? 0,
    tolerance,
  });
  execution.host.addMapRun(run);
  execution.noteMapRun(thread, visit.name, run);
  return run;
}

/** Children are executions of the machine itself, which its role must be allowed to start. */
async function mayStartChildren({ host, machine, principal }: Execution): Promise<void> {
  const request = { stateMachineArn: machine.arn.split('/')[0] };
  try {
    await host.sandbox.authorize('states', 'StartExecution', request, principal);
  } catch (error) {
    throw optimisedFailure('StepFunctions', 'AWSStepFunctions', error);
  }
}

/** What a child runs, as a state machine of its own. */
function childMachine(state: MapState, parent: Machine): Machine {
  if (!labels.has(state)) labels.set(state, state.Label ?? randomUUID());
  const label = labels.get(state);
  const { StartAt, States } = processorOf(state);
  return {
    arn: `${parent.arn}/${label}`,
    name: `${parent.name}/${label}`,
    roleArn: parent.roleArn,
    definition: { StartAt, States },
  };
}

function recordStart({ thread }: Visit<MapState>, run: MapRun): number {
  return thread.record('MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: run.arn } });
}

/** Goes on with a map run that failed, for a redrive of its execution. */
function reopen({ thread }: Visit<MapState>, run: MapRun): number {
  run.status = 'RUNNING';
  run.stopDate = undefined;
  run.redriveCount++;
  run.redriveDate = thread.execution.host.sandbox.clock.now();
  return thread.record('MapRunRedriven', {
    mapRunRedrivenEventDetails: { mapRunArn: run.arn, redriveCount: run.redriveCount },
  });
}

async function childInputs(visit: Visit<MapState>, items: Json[]): Promise<ChildInputs> {
  const selected: Json[] = [];
  for (const [index, item] of items.entries()) selected.push(await selectItem(visit, index, item));
  return inputsOf(visit, selected);
}

/** Runs the children; gives the failure where more of them failed than is tolerated. The rest is stopped then. */
async function runChildren({ thread }: Visit<MapState>, run: MapRun): Promise<StateFailure | undefined> {
  const { inputs } = run;
  const { host } = thread.execution;
  const stopAll = () => {
    for (const child of run.children) if (child?.status === 'RUNNING') child.stop(undefined, undefined);
  };
  thread.signal.addEventListener('abort', stopAll);
  let next = 0;
  let failures = 0;
  let breached = false;
  const slot = async () => {
    while (next < inputs.length && !breached && !thread.signal.aborted) {
      const index = next++;
      const earlier = run.children[index];
      if (earlier?.status === 'SUCCEEDED') continue;
      const child = earlier ?? host.startChild(run.machine, JSON.stringify(inputs[index]), run);
      earlier?.redrive();
      run.children[index] = child;
      await child.done;
      if (child.status !== 'SUCCEEDED') failures++;
      if (!breached && run.exceedsTolerance(failures)) {
        breached = true;
        stopAll();
      }
    }
  };
  const slots = Math.min(inputs.length, run.maxConcurrency || limits.distributedMapConcurrency);
  await Promise.all(Array.from({ length: slots }, slot));
  thread.signal.removeEventListener('abort', stopAll);
  thread.signal.throwIfAborted();
  return breached
    ? new StateFailure(
        'States.ExceedToleratedFailureThreshold',
        'The specified tolerated failure threshold was exceeded',
      )
    : undefined;
}

function close(visit: Visit<MapState>, run: MapRun, status: MapRun['status']): void {
  run.status = status;
  run.stopDate = visit.thread.execution.host.sandbox.clock.now();
}
