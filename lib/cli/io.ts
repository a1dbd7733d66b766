/** Where a command writes; a test passes its own. */
export interface Io {
  out(text: string): void;
  err(line: string): void;
  /** Whether `out` is a terminal that can be redrawn. */
  live: boolean;
  columns(): number;
  rows(): number;
}

export function processIo(): Io {
  return {
    out: (text) => process.stdout.write(text),
    err: (line) => process.stderr.write(`${line}\n`),
    live: process.stdout.isTTY === true && process.env.TERM !== 'dumb',
    columns: () => process.stdout.columns ?? 80,
    rows: () => process.stdout.rows ?? 24,
  };
}

/** What the command's caller did wrong: one line, status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const exitStatus = { ok: 0, failed: 1, usage: 2, unproven: 3 } as const;
