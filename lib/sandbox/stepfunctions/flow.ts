import type { Block, State } from './definition.ts';
import { entered, exited } from './history.ts';
import type { Json } from './json.ts';
import { runChoice } from './states/choice.ts';
import { runFail } from './states/fail.ts';
import { runMap } from './states/map.ts';
import { runParallel } from './states/parallel.ts';
import { runPass } from './states/pass.ts';
import { runSucceed } from './states/succeed.ts';
import { runTask } from './states/task.ts';
import { runWait } from './states/wait.ts';
import type { Thread } from './thread.ts';
import { type Exit, Visit } from './visit.ts';

const runners: { [Type in State['Type']]: (visit: Visit<Extract<State, { Type: Type }>>) => Promise<Exit> } =
  {
    Pass: runPass,
    Task: runTask,
    Choice: runChoice,
    Wait: runWait,
    Succeed: runSucceed,
    Fail: runFail,
    Parallel: runParallel,
    Map: runMap,
  };

/** Runs the states of a block from its start, or from another state of it, to its end, and gives its output. */
export async function runBlock(
  block: Block,
  input: Json,
  thread: Thread,
  startAt = block.StartAt,
): Promise<Json> {
  let name = startAt;
  let value = input;
  for (;;) {
    thread.signal.throwIfAborted();
    const state = block.States[name]!;
    thread.execution.checkpoint(thread, name, value);
    thread.beforeEntry = thread.previous;
    const enteredId = thread.record(`${state.Type}StateEntered`, entered(name, value));
    thread.current = { type: state.Type, enteredId };
    const visit = new Visit(thread, name, state, value, enteredId, thread.execution.host.sandbox.clock.now());
    const exit = await (runners[state.Type] as (visit: Visit) => Promise<Exit>)(visit);
    thread.record(`${state.Type}StateExited`, exited(name, exit.outputText, exit.assigned));
    thread.current = undefined;
    if (exit.assigned) thread.variables = { ...thread.variables, ...exit.assigned };
    value = exit.output;
    if (exit.next === undefined) return value;
    name = exit.next;
  }
}
