import type { State } from './definition.ts';
import type { Execution } from './execution.ts';
import { Interrupted, StateFailure } from './failure.ts';
import type { Json } from './json.ts';

/** One path of control through a definition: the whole machine, a branch of a Parallel or an iteration of a Map. */
export class Thread {
  readonly execution: Execution;
  readonly signal: AbortSignal;
  /** Visible here: a branch reads what lies outside it, and assigns only for itself. */
  variables: Record<string, Json>;
  /** `$states.context.Map` inside an iteration. */
  readonly map: Json | undefined;
  /** The event that the next one follows. */
  previous: number;
  /** What `previous` was before the current state was entered. */
  beforeEntry = 0;
  /** The state that control is in, while it is in one. */
  current: { type: State['Type']; enteredId: number } | undefined;

  constructor(options: {
    execution: Execution;
    signal: AbortSignal;
    previous: number;
    variables?: Record<string, Json>;
    map?: Json;
  }) {
    this.execution = options.execution;
    this.signal = options.signal;
    this.previous = options.previous;
    this.variables = { ...options.variables };
    this.map = options.map;
  }

  /** Appends an event after this thread's last one; an interrupted thread tells nothing any more. */
  record(type: string, details?: Record<string, unknown>): number {
    this.signal.throwIfAborted();
    this.previous = this.execution.history.append(type, this.previous, details);
    return this.previous;
  }

  /** Appends an event beside the thread: what comes next follows the same event as this one. */
  recordBeside(type: string, details?: Record<string, unknown>): number {
    return this.execution.history.append(type, this.previous, details);
  }

  /**
   * The event after which Step Functions places an end of the current state that is not an ordinary exit:
   * where nothing has happened in the state, the one before its entry.
   */
  get beforeInterruption(): number {
    return this.previous === this.current?.enteredId ? this.beforeEntry : this.previous;
  }
}

export interface Branch {
  thread: Thread;
  run: () => Promise<Json>;
}

/** Names of the history events around branches and iterations. */
export interface BranchEvents {
  succeeded?: (index: number) => [string, Record<string, unknown>?];
  failed?: (index: number) => [string, Record<string, unknown>?];
  aborted?: (index: number) => [string, Record<string, unknown>?];
}

/**
 * Runs branches side by side, at most `limit` at once, and gives their outputs in order. The first failure
 * interrupts the others and is thrown when all have ended. `parent.previous` follows what ended last.
 *
 * `open` makes the branch of an index, following the event that its slot saw last.
 */
export async function runBranches(
  parent: Thread,
  count: number,
  limit: number,
  open: (index: number, previous: number, signal: AbortSignal) => Branch,
  events: BranchEvents = {},
): Promise<Json[]> {
  const siblings = new AbortController();
  const interruptAll = () => siblings.abort(parent.signal.reason);
  if (parent.signal.aborted) interruptAll();
  parent.signal.addEventListener('abort', interruptAll);

  const outputs = new Array<Json>(count);
  const started = parent.previous;
  let next = 0;
  let last = started;
  let failed: { thread: Thread; error: unknown } | undefined;

  const slot = async () => {
    let previous = started;
    while (next < count && !siblings.signal.aborted) {
      const index = next++;
      const { thread, run } = open(index, previous, siblings.signal);
      try {
        outputs[index] = await run();
        previous = thread.previous;
        last = events.succeeded ? thread.recordBeside(...events.succeeded(index)) : previous;
      } catch (error) {
        if (!failed && !(error instanceof Interrupted)) {
          failed = { thread, error };
          last = thread.previous;
          if (events.failed && error instanceof StateFailure) thread.recordBeside(...events.failed(index));
          siblings.abort(new Interrupted('sibling'));
        } else if (failed) {
          recordAborted(thread, failed.thread, events.aborted?.(index));
        }
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, limit) }, slot));
  parent.signal.removeEventListener('abort', interruptAll);

  parent.previous = last;
  if (failed) {
    if (failed.thread.current?.type === 'Task') failed.thread.recordBeside('TaskStateAborted');
    throw failed.error;
  }
  if (parent.signal.aborted) throw parent.signal.reason;
  return outputs;
}

/** Says that a sibling was cut off by another's failure. */
function recordAborted(
  thread: Thread,
  by: Thread,
  iteration: [string, Record<string, unknown>?] | undefined,
): void {
  if (thread.current && ['Task', 'Wait', 'Parallel', 'Map'].includes(thread.current.type)) {
    by.recordBeside(`${thread.current.type}StateAborted`);
  }
  if (iteration) by.recordBeside(...iteration);
}
