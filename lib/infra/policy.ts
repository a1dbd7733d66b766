import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Policy, parsePolicy } from '../domain/policy/policy.ts';

export type { Policy };

/** Reads a cluster's policy file. Throws `InvalidPolicy` naming every fault in it: path, expected, got. */
export function loadPolicy(path: string): Policy {
  return parsePolicy(parse(readFileSync(path, 'utf8')));
}
