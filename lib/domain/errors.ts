/**
 * Every error name of the product, with what it means. Code throws them, state machines match them in
 * `ErrorEquals`, tests compare them: all from this one list.
 */
export const errorCatalogue = {
  // What may pass by itself: retried by the state machine, no outcome is recorded.
  Throttled: { transient: true, meaning: 'A service asked us to slow down.' },
  ServiceUnavailable: { transient: true, meaning: 'A service answered with a fault of its own.' },
  ConnectionLost: { transient: true, meaning: 'A connection to a database or a service broke or timed out.' },
  NotYetVisible: { transient: true, meaning: 'Something just made is not described by its service yet.' },
  ChangeInProgress: { transient: true, meaning: 'An earlier change of the same thing is not finished.' },
  // What a person wrote.
  InvalidInput: {
    transient: false,
    meaning: 'The execution input, event or argument is not of the right form.',
  },
  InvalidPolicy: { transient: false, meaning: 'The policy file is not of the right form.' },
  UnknownCluster: { transient: false, meaning: 'The named cluster is not the one this stack is for.' },
  // What preconditions found.
  LockHeld: { transient: false, meaning: 'Another run holds the lock of this cluster.' },
  CoolingDown: { transient: false, meaning: 'The last run ended too recently for an automatic start.' },
  NotArmed: { transient: false, meaning: 'The policy does not arm this class for this trigger.' },
  RestorePointInFuture: { transient: false, meaning: 'The restore point lies after now.' },
  RestorePointOutsideWindow: { transient: false, meaning: 'A shard cannot be restored to that time.' },
  NoRestorePoint: { transient: false, meaning: 'No restore point was given and none could be derived.' },
  QuotaExceeded: { transient: false, meaning: 'An account quota leaves no room for the clones.' },
  KeyNotUsable: { transient: false, meaning: 'A KMS key that the run needs cannot be used.' },
  ResidencyViolation: {
    transient: false,
    meaning: 'The run would put data where the policy does not allow it.',
  },
  RecordUnexpected: {
    transient: false,
    meaning: 'A DNS record is missing, outside the zone or not a single CNAME to a known instance.',
  },
  RecordChanged: {
    transient: false,
    meaning: 'A DNS record is not what the plan recorded; somebody changed it.',
  },
  RolesNotFenceable: {
    transient: false,
    meaning: 'A login role outside the allow-list is not the fencer’s to alter.',
  },
  // What a person decided.
  ApprovalDenied: { transient: false, meaning: 'A person refused the run.' },
  ApprovalInvalid: {
    transient: false,
    meaning: 'The approval lacks the quorum or comes from the requester.',
  },
  ApprovalTimedOut: { transient: false, meaning: 'Nobody approved in time.' },
  // What a run met.
  EpochSuperseded: { transient: false, meaning: 'A newer run or a recovery has taken the lock over.' },
  CloneFailed: {
    transient: false,
    meaning: 'A clone ended in a state from which it will not become available.',
  },
  CloneTimedOut: {
    transient: false,
    meaning: 'A clone did not become available in the time the policy allows.',
  },
  CloneForeign: { transient: false, meaning: 'An instance has the clone’s name but not this run’s tags.' },
  ParityDiffers: {
    transient: false,
    meaning: 'The live clone differs from its source in what the policy requires.',
  },
  ValidationFailed: { transient: false, meaning: 'The clone’s data is not right.' },
  ValidationInconclusive: {
    transient: false,
    meaning: 'Validation could not look at everything it planned to.',
  },
  ShardFailed: { transient: false, meaning: 'At least one shard did not get through its part.' },
  FenceNotProven: {
    transient: false,
    meaning: 'It is not proven that nobody can write to the old database.',
  },
  NamesNotProven: {
    transient: false,
    meaning: 'Through the name, not the clone but something else answers.',
  },
  NamesNotMoved: { transient: false, meaning: 'Route 53 refused the change of the names.' },
  GuardFired: { transient: false, meaning: 'After writes were opened, a guard found something wrong.' },
  ReversalFailed: { transient: false, meaning: 'Undoing failed too; both errors are given.' },
  EvidenceRejected: { transient: false, meaning: 'The trail did not take a record.' },
  LoginRefused: { transient: false, meaning: 'A database does not take the login that the policy names.' },
  StatementFailed: { transient: false, meaning: 'A database answered a statement with an error of its own.' },
  NotConfigured: {
    transient: false,
    meaning: 'An environment variable that the function needs is absent or wrong.',
  },
} as const satisfies Record<string, { transient: boolean; meaning: string }>;

export type ErrorName = keyof typeof errorCatalogue;

/** An error of the product: what was wrong, what was expected, what was got. */
export class RollbackError extends Error {
  override readonly name: ErrorName;
  readonly details: Record<string, unknown>;

  constructor(
    name: ErrorName,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = name;
    this.details = options.details ?? {};
  }

  /** Whether the state machine may try the same step again. */
  get transient(): boolean {
    return errorCatalogue[this.name].transient;
  }
}
