export interface SequenceState {
  /** Schema and name, quoted. */
  name: string;
  min: bigint;
  max: bigint;
  increment: bigint;
  cycle: boolean;
  /** null: nothing was taken from it yet. */
  last: bigint | null;
}

/**
 * How many steps a clone's sequence is set beyond both sides. The old side handed out numbers after the restore point
 * that the clone has never seen; a thousand more cover what sessions had cached.
 */
const stepsAhead = 1000n;

/**
 * Where a clone's sequence must stand so that it hands out no number that either side has handed out.
 * null: it is unused on both sides. `noRoom`: a sequence that does not cycle would pass its end.
 */
export function advanced(clone: SequenceState, source: SequenceState | undefined): bigint | null | 'noRoom' {
  const last = later(clone, source?.last ?? null);
  if (last === null) return null;
  const target = last + stepsAhead * clone.increment;
  if (target >= clone.min && target <= clone.max) return target;
  return clone.cycle ? wrapped(target, clone) : 'noRoom';
}

/** The one of the two sides' values that the sequence reaches later. */
function later(clone: SequenceState, source: bigint | null): bigint | null {
  if (source === null || clone.last === null) return source ?? clone.last;
  if (clone.cycle) return laterInCycle(clone, clone.last, source);
  const sourceIsLater = clone.increment > 0n ? source > clone.last : source < clone.last;
  return sourceIsLater ? source : clone.last;
}

/** In a cycle neither is greater: the later one is that which lies less than half a turn ahead of the other. */
function laterInCycle(sequence: SequenceState, clone: bigint, source: bigint): bigint {
  const turn = sequence.max - sequence.min + 1n;
  const direction = sequence.increment > 0n ? 1n : -1n;
  const ahead = ((((source - clone) * direction) % turn) + turn) % turn;
  return ahead * 2n < turn ? source : clone;
}

/** After its end a sequence begins again at its first value, and goes on in whole steps from there. */
function wrapped(target: bigint, { min, max, increment }: SequenceState): bigint {
  const first = increment > 0n ? min : max;
  const size = increment > 0n ? increment : -increment;
  const perTurn = (max - min) / size + 1n;
  const over = increment > 0n ? (target - max - 1n) / size : (min - target - 1n) / size;
  return first + (over % perTurn) * increment;
}
