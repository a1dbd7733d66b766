import type { ParallelState } from '../definition.ts';
import { runBlock } from '../flow.ts';
import { withRecovery } from '../retry.ts';
import { runBranches, Thread } from '../thread.ts';
import type { Exit, Visit } from '../visit.ts';

export function runParallel(visit: Visit<ParallelState>): Promise<Exit> {
  const { state, thread } = visit;
  const attempt = async () => {
    const input =
      state.Arguments === undefined ? visit.input : await visit.evaluate(state.Arguments, 'Arguments');
    thread.record('ParallelStateStarted');
    const { execution, variables, map } = thread;
    const result = await runBranches(
      thread,
      state.Branches.length,
      state.Branches.length,
      (index, previous, signal) => {
        const branch = new Thread({ execution, signal, previous, variables, map });
        return { thread: branch, run: () => runBlock(state.Branches[index]!, input, branch) };
      },
    );
    const exit = await visit.exit(state, result, state.Next, { result });
    thread.recordBeside('ParallelStateSucceeded');
    return exit;
  };
  return withRecovery(visit, attempt, 'ParallelStateFailed');
}
