import * as z from 'zod/mini';
import { RollbackError } from '../errors.ts';
import { faultsOf, refusal } from '../faults.ts';
import { faultsBetweenFields } from './rules.ts';
import { type ClassName, type Policy, policySchema, type RollbackClass } from './schema.ts';

export type { ClassName, Policy, RollbackClass } from './schema.ts';

/**
 * Reads a policy, already taken out of YAML or JSON. Throws `InvalidPolicy` with every fault found:
 * path, what was expected, what was got.
 */
export function parsePolicy(value: unknown): Policy {
  const parsed = z.safeParse(policySchema, value);
  if (!parsed.success) throw refusal('InvalidPolicy', 'The policy', faultsOf(parsed.error, value));
  const faults = faultsBetweenFields(parsed.data);
  if (faults.length > 0) throw refusal('InvalidPolicy', 'The policy', faults);
  return parsed.data;
}

/** What the policy says of a class. Throws `InvalidInput` where it doesn't have it. */
export function classOf(policy: Policy, name: string): RollbackClass {
  const found = Object.hasOwn(policy.classes, name) ? policy.classes[name as ClassName] : undefined;
  if (found !== undefined) return found;
  throw new RollbackError(
    'InvalidInput',
    `class: expected one that the policy has, ${Object.keys(policy.classes).join(' or ')}, got ${JSON.stringify(name)}.`,
  );
}

/** The class that an alarm may run without a person, if the policy arms one. */
export function classArmedForAlarm(policy: Policy): ClassName | undefined {
  const names = Object.keys(policy.classes) as ClassName[];
  return names.find((name) => policy.classes[name]?.preauthorised.includes('alarm'));
}

/** The policy's shards in the waves in which they are opened for writes: canary first, the rest as listed. */
export function wavesOf(policy: Policy): string[][] {
  const others = policy.shards.map(({ name }) => name).filter((name) => !policy.canary.includes(name));
  const order = [...policy.canary, ...others];
  const sizes = policy.cutover.waves;
  return sizes
    .map((size, index) => {
      const start = sizes.slice(0, index).reduce((sum, one) => sum + one, 0);
      return order.slice(start, index === sizes.length - 1 ? undefined : start + size);
    })
    .filter((wave) => wave.length > 0);
}

/** The published JSON Schema of the policy file, for editors and reviewers. */
export function policyJsonSchema(): Record<string, unknown> {
  return {
    title: 'rollback.yaml',
    description: 'Who may roll a cluster back, when, and how.',
    ...z.toJSONSchema(policySchema, { target: 'draft-2020-12', io: 'input' }),
  };
}
