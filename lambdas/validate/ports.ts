import type { Databases, Documents } from '../databases.ts';

export interface ValidatePorts {
  databases: Databases;
  documents: Documents;
  /** Milliseconds since some moment; never goes back. */
  elapsed(): number;
  /** Waits, in real milliseconds. */
  pause(milliseconds: number): Promise<void>;
}

/** A step that takes longer than a function may run answers with a cursor after this long, and is called again. */
export const partMs = 40_000;

/** How long one statement on a clone may take: longer than any range of blocks should, shorter than the function. */
export const statementTimeoutMs = 60_000;

/** How many shards are talked to at once. */
export const atOnce = 16;
