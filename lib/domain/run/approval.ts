import * as z from 'zod/mini';
import { RollbackError } from '../errors.ts';

export const voteSchema = z.strictObject({
  /** IAM user, Identity Center id or source identity: never a session name, which its bearer chooses. */
  person: z.string().check(z.minLength(1), z.maxLength(200)),
  decision: z.enum(['approve', 'deny']),
  reason: z.string().check(z.maxLength(1000)),
  /** RFC 3339 UTC. */
  at: z.string(),
});

export type Vote = z.infer<typeof voteSchema>;

/**
 * Judges votes: one denial ends the run; else as many distinct people as the quorum must have approved, and
 * whoever asked for the run is not counted. Answers who approved. Throws `ApprovalDenied`, `ApprovalInvalid`.
 */
export function judgeVotes(votes: readonly Vote[], rule: { quorum: number; requester: string }): string[] {
  const denial = votes.find(({ decision }) => decision === 'deny');
  if (denial !== undefined) {
    throw new RollbackError(
      'ApprovalDenied',
      `${denial.person} denied the run: ${denial.reason || 'no reason given'}.`,
      {
        details: { by: denial.person },
      },
    );
  }
  const people = approvers(votes, rule.requester);
  if (people.length >= rule.quorum) return people;
  throw new RollbackError(
    'ApprovalInvalid',
    `Expected ${rule.quorum} distinct approvals beside the requester's, got ${people.length}.`,
    { details: { expected: rule.quorum, got: people.length } },
  );
}

/** Whether nothing is left to wait for: somebody denies, or the quorum is met. */
export function isDecided(votes: readonly Vote[], rule: { quorum: number; requester: string }): boolean {
  const denied = votes.some(({ decision }) => decision === 'deny');
  return denied || approvers(votes, rule.requester).length >= rule.quorum;
}

/**
 * The votes with one more; a person's later vote takes the place of the earlier. Throws `InvalidInput` where whoever
 * asked for the run approves it; denying it is theirs to do.
 */
export function addVote(votes: readonly Vote[], vote: Vote, requester: string): Vote[] {
  if (vote.decision === 'approve' && same(vote.person) === same(requester)) {
    throw new RollbackError(
      'InvalidInput',
      `Expected an approval from somebody beside ${requester}, who asked for the run, got theirs.`,
    );
  }
  return [...votes.filter(({ person }) => same(person) !== same(vote.person)), vote];
}

/**
 * Who calls, by the ARN that STS gives: an IAM user, a person of Identity Center, or the account's root. Throws
 * `InvalidInput` for any other role: its session's name is chosen by who holds it.
 */
export function personOf(callerArn: string): string {
  const [, user] = /:user\/(?:.*\/)?([^/]+)$/.exec(callerArn) ?? [];
  const [, known] = /:assumed-role\/AWSReservedSSO_[^/]+\/(.+)$/.exec(callerArn) ?? [];
  const person = user ?? known ?? (callerArn.endsWith(':root') ? 'root' : undefined);
  if (person !== undefined) return person;
  throw new RollbackError(
    'InvalidInput',
    `Expected an IAM user or a person of Identity Center to vote, got ${callerArn}, which names nobody.`,
  );
}

function same(person: string): string {
  return person.trim().toLowerCase();
}

function approvers(votes: readonly Vote[], requester: string): string[] {
  const people = new Map(votes.map(({ person }) => [same(person), person]));
  people.delete(same(requester));
  return [...people.values()];
}
