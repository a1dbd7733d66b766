/** What a verifier says. A finding breaks the trail, a notice does not. */

const findingCodes = {
  TRAIL_MISSING: 'There is no trail.',
  FOREIGN: 'An object is there that the format does not know.',
  PATH: 'A key below trail/ is not one of the format.',
  RECORD_MISSING: 'A record that must be there is not.',
  TOO_BIG: 'An object is larger than a record can be.',
  SIG_FORMAT: 'An object is not a signed note of the right form.',
  KEY_UNKNOWN: 'A signature names a key that is not trusted.',
  KEY_DUTY: 'A key signed a kind of record that is not its duty.',
  SIG: 'A signature is not the key’s over these bytes.',
  JSON: 'A signed line is not a JSON object.',
  NONCANONICAL: 'A signed line is not canonical.',
  NUMBER: 'A number is outside the safe integers.',
  UNICODE: 'Text is not well-formed Unicode.',
  VERSION: 'A record is of another format version.',
  FIELD: 'A field is missing, unknown or not of its form.',
  NAME: 'A record does not lie under the name it gives itself.',
  CONTEXT: 'A record belongs to another log, cluster or place in a run.',
  INCARNATION: 'An outcome speaks of another incarnation of the database than its intent.',
  GAP: 'A lane has a hole.',
  REORDERED: 'A record lies at another place of its lane than it was written for.',
  FORK: 'Two records continue the same record.',
  LANE_EXTRA: 'A lane is there that no fork opened.',
  AFTER_FINAL: 'A record stands behind a lane’s final one.',
  TIME_BACK: 'A record is dated before the one it follows.',
  TIME_STORE: 'A record’s time and the store’s do not agree.',
  BLOB_MISSING: 'A record’s blob is not there.',
  BLOB_HASH: 'A blob is not what its record says.',
  LANE_MISSING: 'A lane that was opened is not there.',
  LANE_SWAPPED: 'A join gives one lane the end of another.',
  JOIN_HEAD: 'A lane does not end where its join says.',
  INTENT_MISSING: 'A change was concluded that was never intended.',
  INTENT_OPEN: 'A change was intended and never concluded, in a lane that is closed.',
  OUTCOME_TWICE: 'One change was concluded twice.',
  NO_APPROVAL: 'A change that needs a decision has none before it.',
  NOT_VALIDATED: 'Names were moved to clones that were not validated.',
  POLICY_UNPINNED: 'A run followed a policy that is not one of the trusted.',
  MARKER: 'A delete marker hides an object.',
  OVERLAY: 'An object has more than one version.',
  LOCK_MODE: 'An object is not locked in the mode it must be.',
  LOCK_SHORT: 'An object is not locked for as long as it must be.',
} as const;
export type FindingCode = keyof typeof findingCodes;

const noticeCodes = {
  SQUATTED: 'A place was taken by bytes that are no record; the chain goes on behind it.',
  SEAL_ABSENT: 'A run has no seal yet, or lost its end.',
  UNLOGGED: 'There is no log with witnessed checkpoints, so nothing proves that no end is missing.',
  UNATTESTED: 'Nothing says how the objects are locked.',
} as const;
export type NoticeCode = keyof typeof noticeCodes;

export interface Finding<Code = FindingCode> {
  code: Code;
  /** The object's key, or the lane's or run's prefix. */
  object: string;
  expected: string;
  got: string;
  /** One plain sentence. */
  message: string;
}

export type Notice = Finding<NoticeCode>;

export function finding(code: FindingCode, object: string, expected: unknown, got: unknown): Finding {
  return { code, object, expected: String(expected), got: String(got), message: findingCodes[code] };
}

export function notice(code: NoticeCode, object: string, expected: unknown, got: unknown): Notice {
  return { code, object, expected: String(expected), got: String(got), message: noticeCodes[code] };
}

export interface RunVerdict {
  cluster: string;
  run: string;
  sealed: boolean;
  /** How it ended, where it is sealed or refused. */
  result?: string;
  records: number;
  lanes: number;
  /** Times of its first and last records on main, in milliseconds UTC. */
  from?: number;
  to?: number;
}

export interface Verdict {
  status: 'proven' | 'end unproven' | 'broken';
  origin: string;
  runs: RunVerdict[];
  findings: Finding[];
  notices: Notice[];
}
