import * as z from 'zod/mini';
import { classOf } from '../../lib/domain/policy/policy.ts';
import { judgeVotes, voteSchema } from '../../lib/domain/run/approval.ts';
import type { ApprovalRequest } from '../../lib/domain/run/approval-request.ts';
import { controlKeys } from '../../lib/domain/run/names.ts';
import { defineStep } from '../step.ts';
import type { DecisionPorts } from './ports.ts';

/** Judges the votes by the policy's quorum, and puts the decision on record with who made it. */
export const RecordApproval = defineStep({
  name: 'RecordApproval',
  records: 'finding',
  kind: 'decision',
  target: ({ run }) => `${run.cluster}.answer`,
  input: z.object({ votes: z.array(voteSchema).check(z.maxLength(50)) }),
  output: z.object({ by: z.array(z.string()), quorum: z.int() }),
  evidence: ({ by, quorum }) => ({ decision: 'approved', by, quorum }),
  evidenceOfFailure: ({ details }) => ({ by: details.by, expected: details.expected, got: details.got }),
  async run({ run, input }, { policy, store }: DecisionPorts) {
    const { quorum } = classOf(policy, run.class).approval;
    const by = judgeVotes(input.votes, { quorum, requester: run.commander });
    const key = controlKeys.approval(run.id);
    const found = await store.read<ApprovalRequest>(key);
    if (found) await store.replace(key, { ...found.value, taskToken: null, votes: input.votes }, found.etag);
    return { by, quorum };
  },
});
