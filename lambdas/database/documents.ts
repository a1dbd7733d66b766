import type { Documents } from '../databases.ts';

/** What a fence changed, kept so that undoing it restores exactly that. */
export interface Fence {
  /** Roles that could log in before; written before any of them is altered. */
  roles: string[];
  lsn?: string;
  xid?: string;
  /** RFC 3339 UTC, by the database's clock. */
  fencedAt?: string;
  proven: boolean;
  /** Set once it has been undone: its roles are then history. */
  lifted?: boolean;
}

/** What PrepareClone left in a clone and for its opening. */
export interface Prepared {
  token: string;
  /** The roles that the clone's opening lets in: those that the fence shut out of the source. */
  roles: string[];
}

export const fenceKey = (run: string, shard: string) => `runs/${run}/fences/${shard}.json`;
export const preparedKey = (run: string, shard: string) => `runs/${run}/tokens/${shard}.json`;

export async function readFence(
  documents: Documents,
  run: string,
  shard: string,
): Promise<Fence | undefined> {
  return (await documents.read<Fence>(fenceKey(run, shard)))?.value;
}

/** Whether the run has passed its point of no return. */
export async function isOpened(documents: Documents, run: string): Promise<boolean> {
  return (await documents.read(`runs/${run}/opened.json`)) !== undefined;
}
