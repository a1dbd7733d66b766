import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Session } from '../../lib/adapters/postgres/connection.ts';
import { raiseFence, rolesToFence } from '../../lib/adapters/postgres/fence.ts';
import { readIdentity, writeIdentity } from '../../lib/adapters/postgres/identity.ts';
import { rolesOutside, setPassword } from '../../lib/adapters/postgres/roles.ts';
import { readSequences, setSequence } from '../../lib/adapters/postgres/sequences.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { reconcileRoles } from '../../lib/domain/validation/roles.ts';
import { advanced, type SequenceState } from '../../lib/domain/validation/sequences.ts';
import { shardOf } from '../databases.ts';
import { defineStep } from '../step.ts';
import { type Prepared, preparedKey, readFence } from './documents.ts';
import type { DatabasePorts } from './ports.ts';

/**
 * Makes a clone fit to take the source's place, without opening it: no application may log in, today's passwords are
 * set, sequences stand beyond what either side has handed out, and the run's token tells it from its source.
 */
export const prepareClone = defineStep({
  name: 'PrepareClone',
  records: 'change',
  undo: ({ shard }) => ({ step: 'RemoveClones', target: shard }),
  input: z.object({}),
  output: z.object({
    roles: z.array(z.string()),
    heldBack: z.array(z.string()),
    missing: z.array(z.string()),
    sequences: z.int(),
    tokenSha256: z.string(),
  }),
  evidence: (result) => result,
  async run(request, { databases, documents, randomToken }: DatabasePorts) {
    const [run, shard] = [request.run.id, shardOf(request)];
    const fence = await readFence(documents, run, shard);
    if (!fence?.proven) throw new RollbackError('FenceNotProven', `The source of ${shard} is not fenced.`);
    const { allowedRoles } = databases.options.policy;
    const applications = (await databases.applicationLogins()).map(({ login }) => login);
    const today = await databases.asReader(await databases.source(run, shard), async (session) => ({
      roles: await rolesOutside(session, allowedRoles),
      sequences: await readSequences(session),
    }));
    const clone = await databases.clone(run, shard);
    const restored = await databases.asReader(clone, async (session) => ({
      roles: await rolesOutside(session, allowedRoles),
      sequences: await readSequences(session),
    }));
    const names = applications.map(({ username }) => username);
    const reconciled = reconcileRoles({
      fenced: fence.roles,
      applications: names,
      source: today.roles,
      clone: restored.roles,
    });
    if (reconciled.faults.length > 0)
      throw new RollbackError('ParityDiffers', `The clone of ${shard}: ${reconciled.faults.join('; ')}.`);
    const prepared = await databases.asFencer(clone, async (session) => {
      await shutOut(session, allowedRoles, names, databases.options.policy.cutover.fenceTimeoutSeconds);
      for (const { username, password } of applications) await setPassword(session, username, password);
      // The token comes last: where it is there already, an earlier attempt has done all of this.
      const earlier = await readIdentity(session, run);
      const sequences =
        earlier === undefined ? await advanceSequences(session, restored.sequences, today.sequences) : 0;
      return { sequences, token: await writeIdentity(session, run, earlier ?? randomToken()) };
    });
    const { token, sequences } = prepared;
    await documents.write(preparedKey(run, shard), { token, roles: reconciled.open } satisfies Prepared);
    return {
      roles: reconciled.open,
      heldBack: reconciled.heldBack,
      missing: reconciled.missing,
      sequences,
      tokenSha256: createHash('sha256').update(token).digest('hex'),
    };
  },
});

async function shutOut(
  session: Session,
  allowedRoles: string[],
  applications: string[],
  timeoutSeconds: number,
) {
  const roles = await rolesToFence(session, allowedRoles, applications);
  await raiseFence(session, { allowedRoles, roles, timeoutMs: timeoutSeconds * 1000 });
}

async function advanceSequences(
  session: Session,
  clone: SequenceState[],
  source: SequenceState[],
): Promise<number> {
  const bySource = new Map(source.map((sequence) => [sequence.name, sequence]));
  let set = 0;
  for (const sequence of clone) {
    const target = advanced(sequence, bySource.get(sequence.name));
    if (target === null) continue;
    if (target === 'noRoom')
      throw new RollbackError(
        'ParityDiffers',
        `Sequence ${sequence.name} has no room to be set ahead of the source.`,
      );
    await setSequence(session, sequence.name, target);
    set++;
  }
  return set;
}
