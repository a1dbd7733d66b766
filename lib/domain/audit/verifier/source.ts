/** Where a verifier reads: a bucket, or a folder exported from one. It trusts nothing of what it is told. */
export interface EvidenceSource {
  /** Every version of every object and every delete marker, in ascending order of keys. */
  versions(): AsyncIterable<StoredVersion>;
  /** The bytes of one version, `limit` at most and one; undefined where there are none. */
  fetch(key: string, versionId: string | undefined, limit: number): Promise<Uint8Array | undefined>;
}

export interface StoredVersion {
  key: string;
  versionId?: string;
  deleteMarker: boolean;
  /** Milliseconds UTC, by the store's clock; absent where the source has none. */
  lastModified?: number;
  /** Bytes; 0 for a delete marker. */
  size: number;
  /** An export that has a listing has this object without the listing knowing it. */
  unlisted?: true;
  /** Absent where the source doesn't say. */
  retention?: { mode: string; until: number } | 'none';
}
