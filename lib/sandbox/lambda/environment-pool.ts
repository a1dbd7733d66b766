import type { FunctionDefinition } from './configuration.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';
import type { Invocation, InvocationFault, Outcome } from './invocation.ts';

export interface PoolLimits {
  /** Environments of one function at once. */
  perFunction: number;
  /** Environments of all functions at once. */
  total: number;
}

/** Starts an environment; `changed` is to be called whenever it becomes idle or has ended. */
export type StartEnvironment = (
  definition: FunctionDefinition,
  changed: () => void,
) => Promise<ExecutionEnvironment>;

interface Waiting {
  definition: FunctionDefinition;
  take: (slot: Slot) => void;
  fail: (error: Error) => void;
}

/** A place among the limited number: its environment may still be starting. */
interface Slot {
  definition: FunctionDefinition;
  environment: ExecutionEnvironment | undefined;
  claimed: boolean;
}

/**
 * The execution environments of all functions: warm ones are used again, further invocations wait in order,
 * and the idle environment that was used longest ago makes room where the total is reached.
 */
export class EnvironmentPool {
  readonly #limits: PoolLimits;
  readonly #start: StartEnvironment;
  readonly #slots = new Set<Slot>();
  readonly #starting = new Set<Promise<ExecutionEnvironment>>();
  #queue: Waiting[] = [];
  #stopped = false;

  constructor(limits: PoolLimits, start: StartEnvironment) {
    this.#limits = limits;
    this.#start = start;
  }

  async run(
    definition: FunctionDefinition,
    invocation: Invocation,
    fault?: InvocationFault,
  ): Promise<Outcome> {
    const slot = await this.#claim(definition);
    try {
      slot.environment ??= await this.#startIn(slot);
      const failure = await slot.environment.initialised;
      if (failure !== undefined) {
        await slot.environment.stop();
        this.#slots.delete(slot);
        return { ...failure, log: [] };
      }
      return await slot.environment.invoke(invocation, fault);
    } catch (error) {
      this.#slots.delete(slot);
      throw error;
    } finally {
      slot.claimed = false;
      this.#serve();
    }
  }

  /** The environments there are, of one function or of all. */
  environments(functionName?: string): ExecutionEnvironment[] {
    return [...this.#slots]
      .filter((slot) => functionName === undefined || slot.definition.name === functionName)
      .flatMap((slot) => slot.environment ?? []);
  }

  /** How many invocations of a function are under way or waiting. */
  load(definition: FunctionDefinition): number {
    const busy = [...this.#slots].filter((slot) => slot.claimed && slot.definition === definition);
    return busy.length + this.#queue.filter((waiting) => waiting.definition === definition).length;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const waiting of this.#queue.splice(0)) waiting.fail(new Error('The sandbox is stopping'));
    await Promise.allSettled(this.#starting);
    await Promise.all(this.environments().map((environment) => environment.stop()));
  }

  #claim(definition: FunctionDefinition): Promise<Slot> {
    if (this.#stopped) return Promise.reject(new Error('The sandbox is stopping'));
    return new Promise((take, fail) => {
      this.#queue.push({ definition, take, fail });
      this.#serve();
    });
  }

  async #startIn(slot: Slot): Promise<ExecutionEnvironment> {
    const starting = this.#start(slot.definition, () => this.#changed(slot));
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }

  #changed(slot: Slot): void {
    if (slot.environment?.ended) this.#slots.delete(slot);
    this.#serve();
  }

  #serve(): void {
    // An environment that has just answered is worth the moment until it asks for more.
    const returning = this.environments().filter((environment) => environment.returning);
    // A function at its own limit must not hold up those behind it.
    this.#queue = this.#queue.filter((waiting) => {
      let slot = this.#warm(waiting.definition);
      if (slot === undefined) {
        const promised = returning.findIndex(({ definition }) => definition === waiting.definition);
        if (promised >= 0) returning.splice(promised, 1);
        else slot = this.#fresh(waiting.definition);
      }
      if (slot === undefined) return true;
      slot.claimed = true;
      waiting.take(slot);
      return false;
    });
  }

  #warm(definition: FunctionDefinition): Slot | undefined {
    return this.#idle()
      .filter((slot) => slot.definition === definition)
      .sort((one, other) => other.environment!.lastUsedAt - one.environment!.lastUsedAt)[0];
  }

  #fresh(definition: FunctionDefinition): Slot | undefined {
    const own = [...this.#slots].filter((slot) => slot.definition === definition).length;
    if (own >= Math.min(this.#limits.perFunction, definition.reservedConcurrency ?? Infinity))
      return undefined;
    if (this.#slots.size >= this.#limits.total) {
      this.#makeRoom();
      return undefined;
    }
    const slot: Slot = { definition, environment: undefined, claimed: true };
    this.#slots.add(slot);
    return slot;
  }

  /** Ends the idle environment used longest ago; its exit serves the queue again. */
  #makeRoom(): void {
    const [oldest] = this.#idle().sort(
      (one, other) => one.environment!.lastUsedAt - other.environment!.lastUsedAt,
    );
    if (oldest === undefined) return;
    oldest.claimed = true;
    oldest.environment?.kill();
  }

  #idle(): Slot[] {
    return [...this.#slots].filter((slot) => !slot.claimed && slot.environment?.idle);
  }
}
