import * as z from 'zod/mini';
import { RollbackError } from '../lib/domain/errors.ts';

const text = z.string().check(z.minLength(1));

const environment = z.object({
  CLUSTER: text,
  POLICY_URI: z.string().check(z.regex(/^s3:\/\/[^/]+\/.+$/, 'expected s3://bucket/key')),
  POLICY_SHA256: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')),
  CONTROL_BUCKET: text,
  EVIDENCE_BUCKET: text,
  EVIDENCE_ORIGIN: z
    .string()
    .check(z.regex(/^[^/]+\/[^/]+\/[^/]+\/[^/]+$/, 'expected <domain>/<account>/<region>/<bucket>')),
  SIGNING_KEY_ARN: text,
  SIGNING_DUTY: z.enum(['act', 'validate', 'decide', 'log', 'scan']),
  SIGNING_KEY_NAME: text,
  TOPIC_ARN: text,
  ROLLBACK_MACHINE_ARN: z.optional(text),
  RECOVER_MACHINE_ARN: z.optional(text),
  COMPOSITE_ALARM_NAME: z.optional(text),
  QUARANTINE_SECURITY_GROUP: z.optional(text),
  QUARANTINE_PARAMETER_GROUP: z.optional(text),
  FENCED_SECURITY_GROUP: z.optional(text),
  LONGEST_FUNCTION_TIMEOUT_SECONDS: z.optional(z.coerce.number().check(z.positive())),
});

export type Environment = z.infer<typeof environment>;

/**
 * The function's configuration, parsed. `needed` names the optional variables that this area cannot do without.
 * Throws `NotConfigured` naming the first variable that is absent or wrong.
 */
export function parseEnvironment<Needed extends keyof Environment = never>(
  variables: Record<string, string | undefined>,
  ...needed: Needed[]
): Environment & Required<Pick<Environment, Needed>> {
  const parsed = z.safeParse(environment, variables);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw notConfigured(String(issue.path[0]), issue.message, variables);
  }
  for (const name of needed) {
    if (parsed.data[name] === undefined) throw notConfigured(name, 'expected a value', variables);
  }
  return parsed.data as Environment & Required<Pick<Environment, Needed>>;
}

function notConfigured(name: string, message: string, variables: Record<string, string | undefined>) {
  const got = variables[name];
  return new RollbackError(
    'NotConfigured',
    `Environment variable ${name}: ${message}, got ${got === undefined ? 'nothing' : JSON.stringify(got)}.`,
    { details: { variable: name } },
  );
}
