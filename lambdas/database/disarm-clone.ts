import * as z from 'zod/mini';
import { disarm, readRevived } from '../../lib/adapters/postgres/quarantine.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { shardOf } from '../databases.ts';
import { defineStep } from '../step.ts';
import type { DatabasePorts } from './ports.ts';

/**
 * Switches off for good what a clone would do by itself once it leaves quarantine: subscriptions, jobs of pg_cron.
 * Transactions that were prepared at the restore point hold locks that nobody releases: they fail the clone.
 */
export const disarmClone = defineStep({
  name: 'DisarmClone',
  records: 'change',
  undo: ({ shard }) => ({ step: 'RemoveClones', target: shard }),
  input: z.object({}),
  output: z.object({ disarmed: z.array(z.string()), foreignServers: z.array(z.string()) }),
  evidence: ({ disarmed, foreignServers }) => ({ disarmed, foreignServers }),
  async run(request, { databases }: DatabasePorts) {
    const clone = await databases.clone(request.run.id, shardOf(request));
    return databases.asFencer(clone, async (session) => {
      const revived = await readRevived(session);
      const armed = revived.subscriptions.length > 0 || revived.cronJobs > 0;
      const disarmed = armed ? await disarm(session) : [];
      const left = await readRevived(session);
      const still = [
        ...left.subscriptions.map((name) => `subscription ${name}`),
        ...(left.cronJobs > 0 ? [`${left.cronJobs} cron jobs`] : []),
        ...left.preparedTransactions.map((id) => `prepared transaction ${id}`),
      ];
      if (still.length > 0)
        throw new RollbackError(
          'ValidationFailed',
          `The clone still has ${still.join(', ')}; expected none.`,
          {
            details: { armed: still.length },
          },
        );
      return { disarmed, foreignServers: left.foreignServers };
    });
  },
});
