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
  const same = (one: string) => one.trim().toLowerCase();
  const people = new Map(votes.map(({ person }) => [same(person), person]));
  people.delete(same(rule.requester));
  if (people.size >= rule.quorum) return [...people.values()];
  throw new RollbackError(
    'ApprovalInvalid',
    `Expected ${rule.quorum} distinct approvals beside the requester's, got ${people.size}.`,
    { details: { expected: rule.quorum, got: people.size } },
  );
}
