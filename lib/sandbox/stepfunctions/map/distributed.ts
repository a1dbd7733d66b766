import { randomUUID } from 'node:crypto';
import { type MapState, processorOf } from '../definition.ts';
import { StateFailure } from '../failure.ts';
import type { Machine } from '../host.ts';
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
  const listed = reader ? undefined : await itemsOf(visit);
  thread.record('MapStateStarted', { mapStateStartedEventDetails: { length: listed?.length ?? 0 } });
  const { run, machine } = await open(visit);
  const startedId = thread.record('MapRunStarted', { mapRunStartedEventDetails: { mapRunArn: run.arn } });

  let result: Json;
  try {
    const { inputs, itemCounts } = await childInputs(visit, listed ?? (await readItems(visit, reader!)));
    run.itemCounts = itemCounts;
    const breach = await runChildren(visit, run, machine, inputs);
    const outputs = run.children.flatMap((child) =>
      child?.outputText === undefined ? [] : [JSON.parse(child.outputText) as Json],
    );
    result = writer?.Resource ? await writeResults(visit, writer, run, inputs) : outputs;
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

async function open(visit: Visit<MapState>): Promise<{ run: MapRun; machine: Machine }> {
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
  if (!labels.has(state)) labels.set(state, state.Label ?? randomUUID());
  const name = `${execution.machine.name}/${labels.get(state)}`;
  const { StartAt, States } = processorOf(state);
  const machine: Machine = {
    arn: `${execution.machine.arn}/${labels.get(state)}`,
    name,
    roleArn: execution.machine.roleArn,
    definition: { StartAt, States },
  };
  const run = new MapRun({
    arn: `arn:aws:states:${region}:${account}:mapRun:${name}:${randomUUID()}`,
    executionArn: execution.arn,
    stateMachineArn: machine.arn,
    startDate: clock.now(),
    maxConcurrency: concurrency ?? 0,
    tolerance,
  });
  execution.host.addMapRun(run);
  return { run, machine };
}

async function childInputs(visit: Visit<MapState>, items: Json[]): Promise<ChildInputs> {
  const selected: Json[] = [];
  for (const [index, item] of items.entries()) selected.push(await selectItem(visit, index, item));
  return inputsOf(visit, selected);
}

/** Runs the children; gives the failure where more of them failed than is tolerated. The rest is stopped then. */
async function runChildren(
  visit: Visit<MapState>,
  run: MapRun,
  machine: Machine,
  inputs: Json[],
): Promise<StateFailure | undefined> {
  const { thread } = visit;
  const { host } = thread.execution;
  const stopAll = () => {
    for (const child of run.children) child?.stop(undefined, undefined);
  };
  thread.signal.addEventListener('abort', stopAll);
  let next = 0;
  let failures = 0;
  let breached = false;
  const slot = async () => {
    while (next < inputs.length && !breached && !thread.signal.aborted) {
      const index = next++;
      const child = host.startChild(machine, JSON.stringify(inputs[index]), run);
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
