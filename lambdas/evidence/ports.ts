/** What the evidence steps need beside the trail. */
export interface EvidencePorts {
  items: ShardItems;
}

/** The lists of shards that a run's Maps read: `runs/<run>/items/<name>.json`. */
interface ShardItems {
  /** Names of the list's shards. Throws `InvalidInput` where the run has no such list. */
  shards(run: string, list: string): Promise<string[]>;
}
