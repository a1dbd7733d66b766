import * as z from 'zod/mini';
import { classOf } from '../../lib/domain/policy/policy.ts';
import type { ApprovalRequest } from '../../lib/domain/run/approval-request.ts';
import { wholeSeconds } from '../../lib/domain/run/instant.ts';
import { controlKeys } from '../../lib/domain/run/names.ts';
import { defineStep } from '../step.ts';
import type { DecisionPorts } from './ports.ts';

/** Asks people for a decision. Asked again, with a new token, it keeps the votes that are there. */
export const RequestApproval = defineStep({
  name: 'RequestApproval',
  records: 'finding',
  kind: 'decision',
  input: z.object({ taskToken: z.string(), timeoutSeconds: z.int() }),
  output: z.object({ quorum: z.int(), expiresAt: z.string() }),
  evidence: ({ quorum, expiresAt }) => ({ decision: 'requested', by: [], quorum, expiresAt }),
  async run({ run, input }, { policy, store, documents, notices, now }: DecisionPorts) {
    const plan = await documents.plan(run.id);
    const { quorum } = classOf(policy, run.class).approval;
    const key = controlKeys.approval(run.id);
    const found = await store.read<ApprovalRequest>(key);
    const asked: ApprovalRequest = {
      run: run.id,
      cluster: run.cluster,
      class: run.class,
      commander: run.commander,
      incident: run.incident,
      execution: run.execution,
      restorePoint: plan.restorePoint,
      why: plan.why,
      dataLossSeconds: Math.max(...plan.shards.map((shard) => shard.dataLossSeconds)),
      quorum,
      taskToken: input.taskToken,
      requestedAt: wholeSeconds(now()),
      expiresAt: wholeSeconds(now() + input.timeoutSeconds * 1000),
      votes: found?.value.votes ?? [],
    };
    if (found) await store.replace(key, asked, found.etag);
    else await store.create(key, asked);
    const { taskToken: _secret, votes: _votes, ...shown } = asked;
    await notices.tell(`${run.cluster}: rollback asks for approval`, {
      ...shown,
      next: `${quorum} ${quorum === 1 ? 'person' : 'people'} beside ${run.commander} must approve before ${asked.expiresAt}: rollback approve ${run.id} --reason … (or rollback deny)`,
    });
    return { quorum, expiresAt: asked.expiresAt };
  },
});
