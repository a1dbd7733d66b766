import * as z from 'zod/mini';
import { provenFence } from '../../lib/adapters/postgres/fence.ts';
import { readIdentity } from '../../lib/adapters/postgres/identity.ts';
import { setLogin } from '../../lib/adapters/postgres/roles.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { shardOf } from '../databases.ts';
import { defineStep } from '../step.ts';
import { isOpened, type Prepared, preparedKey } from './documents.ts';
import type { DatabasePorts } from './ports.ts';

/** How long attempts to log in to the source, which fail, may take to be gone. */
const patienceMs = 10_000;

/** Lets the applications into a clone, once its source is proven to be shut: never two writers for one shard. */
export const openShard = defineStep({
  name: 'OpenShard',
  records: 'change',
  input: z.object({}),
  output: z.object({ roles: z.array(z.string()), sourceLsn: z.string() }),
  evidence: (result) => result,
  async run(request, { databases, documents }: DatabasePorts) {
    const [run, shard] = [request.run.id, shardOf(request)];
    if (!(await isOpened(documents, run)))
      throw new RollbackError('InvalidInput', `Run ${run} has not recorded its point of no return yet.`);
    const prepared = await documents.read<Prepared>(preparedKey(run, shard));
    if (!prepared) throw new RollbackError('InvalidInput', `The clone of ${shard} was not prepared.`);
    const { allowedRoles } = databases.options.policy;
    const { lsn } = await databases.asFencer(await databases.source(run, shard), (session) =>
      provenFence(session, { allowedRoles, timeoutMs: patienceMs }),
    );
    return databases.asFencer(await databases.clone(run, shard), async (session) => {
      const token = await readIdentity(session, run);
      if (token !== prepared.value.token)
        throw new RollbackError(
          'NamesNotProven',
          `What answers as the clone of ${shard} has not this run's token.`,
        );
      return { roles: await setLogin(session, prepared.value.roles, true), sourceLsn: lsn };
    });
  },
});
