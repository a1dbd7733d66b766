import { type MapState, processorOf } from '../definition.ts';
import { runBlock } from '../flow.ts';
import { limits } from '../limits.ts';
import { type BranchEvents, runBranches, Thread } from '../thread.ts';
import type { Exit, Visit } from '../visit.ts';
import { itemsOf, mapContext, selectItem } from './items.ts';

/** One attempt of a Map whose iterations run inside the execution itself. */
export async function runInline(visit: Visit<MapState>): Promise<Exit> {
  const { state, thread, name } = visit;
  const items = await itemsOf(visit);
  const limit = await visit.evaluateNumber(state.MaxConcurrency, 'MaxConcurrency', { least: 0 });
  thread.record('MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });

  const { execution, variables } = thread;
  const processor = processorOf(state);
  const concurrency = Math.min(limit || limits.inlineMapConcurrency, limits.inlineMapConcurrency);
  const result = await runBranches(
    thread,
    items.length,
    concurrency,
    (index, previous, signal) => {
      const item = items[index]!;
      const branch = new Thread({ execution, signal, previous, variables, map: mapContext(index, item) });
      const run = async () => {
        branch.record('MapIterationStarted', { mapIterationStartedEventDetails: { name, index } });
        return runBlock(processor, await selectItem(visit, index, item), branch);
      };
      return { thread: branch, run };
    },
    iterationEvents(name),
  );
  const exit = await visit.exit(state, result, state.Next, { result });
  thread.recordBeside('MapStateSucceeded');
  return exit;
}

function iterationEvents(name: string): BranchEvents {
  return {
    succeeded: (index) => ['MapIterationSucceeded', { mapIterationSucceededEventDetails: { name, index } }],
    failed: (index) => ['MapIterationFailed', { mapIterationFailedEventDetails: { name, index } }],
    aborted: (index) => ['MapIterationAborted', { mapIterationAbortedEventDetails: { name, index } }],
  };
}
