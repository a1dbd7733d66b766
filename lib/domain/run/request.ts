import * as z from 'zod/mini';
import { faultsOf, refusal } from '../faults.ts';

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));

const requestSchema = z.strictObject({
  /** Why, in the words of whoever asks; goes on record. */
  reason: text(1000),
  /** A time in RFC 3339 with its zone, or `last-good`: the last moment every shard was known to be right. */
  restoreTo: z._default(text(40), 'last-good'),
  mode: z._default(z.enum(['execute', 'drill', 'plan']), 'execute'),
  class: z.optional(z.enum(['deploy', 'schema', 'data', 'full'])),
  /** Id of the incident that this run answers. */
  incident: z.optional(
    z
      .string()
      .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/, 'expected letters, digits, _ . and -, at most 80')),
  ),
  /** Who leads. */
  commander: z.optional(text(200)),
});

/** What a person or an alarm asks for: the execution's input. */
export type RollbackRequest = z.infer<typeof requestSchema>;

/** Reads an execution's input. Throws `InvalidInput` with every fault: field, expected, got. */
export function parseRollbackRequest(input: unknown): RollbackRequest {
  const parsed = z.safeParse(requestSchema, input);
  if (parsed.success) return parsed.data;
  throw refusal('InvalidInput', 'The execution input', faultsOf(parsed.error, input));
}
