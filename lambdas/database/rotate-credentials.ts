import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { setPassword } from '../../lib/adapters/postgres/roles.ts';
import { forAll } from '../../lib/domain/for-all.ts';
import { defineStep } from '../step.ts';
import type { DatabasePorts } from './ports.ts';

const atOnce = 16;

/**
 * Gives every application login a new password: kept as the secret's pending version, set on every clone, proven there
 * by logging in, and only then made the current one. Sessions that are open stay so.
 */
export const rotateCredentials = defineStep({
  name: 'RotateCredentials',
  records: 'change',
  input: z.object({}),
  output: z.object({ secrets: z.array(z.string()), shards: z.int() }),
  evidence: (result) => result,
  async run(request, { databases, rotation, randomToken }: DatabasePorts) {
    const run = request.run.id;
    const { shards } = await databases.plan(run);
    const secrets = databases.options.policy.logins.applications;
    for (const secret of secrets) {
      const requestToken = createHash('sha256').update(`${run} ${secret}`).digest('hex');
      const login = await rotation.pending(secret, requestToken, randomToken());
      await forAll(shards, atOnce, async ({ name }) => {
        const clone = await databases.clone(run, name);
        await databases.asFencer(clone, (session) => setPassword(session, login.username, login.password));
        await databases.proveLogin(clone, login);
      });
      await rotation.promote(secret, requestToken);
    }
    return { secrets, shards: shards.length };
  },
});
