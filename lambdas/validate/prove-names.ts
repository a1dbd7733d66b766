import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { readIdentity } from '../../lib/adapters/postgres/identity.ts';
import { RollbackError } from '../../lib/domain/errors.ts';
import { forAll } from '../../lib/domain/for-all.ts';
import { defineStep } from '../step.ts';
import { atOnce, type ValidatePorts } from './ports.ts';

/** How long an old answer of a resolver on the way may live: the record's lowered TTL, and more. */
const patienceMs = 30_000;
const pauseMs = 1_000;

/** Connects to every shard by its DNS record and reads there the token that only this run's clone has. */
export const proveNames = defineStep({
  name: 'ProveNames',
  records: 'finding',
  input: z.object({}),
  output: z.object({ shards: z.int(), tokensSha256: z.string() }),
  evidence: (result) => result,
  async run(request, ports: ValidatePorts) {
    const run = request.run.id;
    const { shards } = await ports.databases.plan(run);
    const deadline = ports.elapsed() + patienceMs;
    const wrong: string[] = [];
    const tokens = await forAll(shards, atOnce, async ({ name, record }) => {
      const expected = await expectedToken(ports, run, name);
      while (!(await answers(ports, run, name, expected))) {
        if (ports.elapsed() >= deadline) {
          wrong.push(record);
          break;
        }
        await ports.pause(pauseMs);
      }
      return expected;
    });
    if (wrong.length > 0)
      throw new RollbackError(
        'NamesNotProven',
        `By ${wrong.slice(0, 10).join(', ')} not the run's clone answers, but something else or nothing.`,
        { details: { records: wrong.slice(0, 10) } },
      );
    return {
      shards: shards.length,
      tokensSha256: createHash('sha256').update(tokens.join('\n')).digest('hex'),
    };
  },
});

async function expectedToken({ documents }: ValidatePorts, run: string, shard: string): Promise<string> {
  const kept = await documents.read<{ token: string }>(`runs/${run}/tokens/${shard}.json`);
  if (kept) return kept.value.token;
  throw new RollbackError('InvalidInput', `The clone of ${shard} was not prepared: it has no token.`);
}

async function answers(
  { databases }: ValidatePorts,
  run: string,
  shard: string,
  expected: string,
): Promise<boolean> {
  const server = await databases.throughName(run, shard);
  try {
    return (await databases.asReader(server, (session) => readIdentity(session, run))) === expected;
  } catch {
    // While resolvers still have the old address, the old database answers with another certificate or without the
    // token, or nobody does: whatever it is, it is not proof.
    return false;
  }
}
