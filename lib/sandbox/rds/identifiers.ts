import { createHash, randomBytes } from 'node:crypto';
import { invalidValue } from './errors.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `db-` and 26 capital letters and digits. */
export function newResourceId(): string {
  return `db-${[...randomBytes(26)].map((byte) => alphabet[byte % alphabet.length]).join('')}`;
}

/** `orders-shard-0.c9akciq32rgv.eu-central-1.rds.amazonaws.com`; the middle is fixed by account and Region. */
export function endpointHost(identifier: string, account: string, region: string): string {
  const digest = createHash('sha256').update(`${account}/${region}`).digest();
  const middle = [...digest.subarray(0, 11)].map((byte) => (byte % 36).toString(36)).join('');
  return `${identifier}.c${middle}.${region}.rds.amazonaws.com`;
}

/** Identifiers are kept in lower case: at most 63 letters, digits and single hyphens, a letter first. */
export function parseIdentifier(value: unknown, parameter: string): string {
  if (typeof value === 'string' && /^[a-z](?:-?[a-z0-9])*$/i.test(value) && value.length <= 63) {
    return value.toLowerCase();
  }
  throw invalidValue(
    `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens. Got: ${JSON.stringify(value)}.`,
  );
}
