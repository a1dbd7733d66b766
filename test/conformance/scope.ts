import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, signingNameOf } from './account.ts';
import { knownDifferences } from './known.ts';
import type { Step, StepCase } from './recordings.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Why a case is not played: an operation that the sandbox does not have. That is a fault, and no reason, where the
 * stack or the command calls the operation.
 */
export function reasonToSkip(
  { name, steps, needs, also_recorded }: StepCase,
  account: Account,
): string | undefined {
  const known = knownDifferences[name];
  if (known) return `known difference: ${known}`;
  if ((needs as any)?.lambdas) return 'functions in Python';
  const missing = steps.find(({ api }) => api.includes('.') && !isPlayed(api, account));
  if (missing && !isCalled(missing.api)) return `${missing.api} is never called`;
  if (steps.some(({ params }) => params.type === 'EXPRESS')) return 'EXPRESS state machines';
  if (steps.some(usesJsonPath)) return 'state machines in JSONPath';
  if (steps.some(({ params }) => params.publish !== undefined || params.versionDescription !== undefined)) {
    return 'versions of state machines';
  }
  if (steps.some(({ params }) => JSON.stringify(params.definition)?.includes('"Credentials"'))) {
    return 'state machines that act in other accounts';
  }
  const spec = steps.map(({ params }) => params.KeySpec ?? params.CustomerMasterKeySpec).find(isOtherKey);
  if (spec) return 'KMS keys of kinds that the stack does not create';
  if (JSON.stringify(also_recorded ?? []).includes('Parameter validation failed')) {
    return 'refused by boto3 itself';
  }
  return undefined;
}

function isPlayed(api: string, account: Account): boolean {
  const [service, operation] = api.split('.') as [string, string];
  return account.has(signingNameOf(service), operation);
}

/** Operations that the code of the stack and the command imports from the SDK, or its state machines name. */
const called = new Set([
  ...commandsIn(['bin', 'lambdas', 'lib/adapters', 'lib/cli', 'examples']),
  ...inStateMachines(),
]);

function isCalled(api: string): boolean {
  return called.has(api.split('.')[1]!);
}

function commandsIn(folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [
        ...readFileSync(join(root, folder, file), 'utf8').matchAll(/\b([A-Z]\w+)Command\b/g),
      ])
      .map(([, operation]) => operation!),
  );
}

function inStateMachines(): string[] {
  const folder = join(root, 'statemachines');
  return readdirSync(folder)
    .flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/arn:aws:states:::\w+:(\w)(\w+)/g),
    ])
    .map(([, first, rest]) => first!.toUpperCase() + rest);
}

function isOtherKey(spec: unknown): boolean {
  return spec !== undefined && !/^(SYMMETRIC_DEFAULT|ECC_NIST_P256|AES_\d+)$/.test(String(spec));
}

/** Members of the Amazon States Language that are JSONPath's alone. */
const jsonPath =
  /"(InputPath|OutputPath|ResultPath|ResultSelector|Parameters|ItemsPath|Variable|\w+Path|\w+\.\$)":|"JSONPath"/;

function usesJsonPath({ params }: Step): boolean {
  return params.definition !== undefined && jsonPath.test(JSON.stringify(params.definition));
}
