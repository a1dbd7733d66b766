import { createPublicKey, type KeyObject } from 'node:crypto';
import * as z from 'zod/mini';
import { type Duty, duties } from './duties.ts';
import { isKeyName, vkey } from './note.ts';
import { kinds } from './record.ts';

/** The trust file: everything that a verifier believes without proof. It is kept apart from the evidence. */

const trustedKey = z.strictObject({
  /** The C2SP verifier key: `<name>+<key hash>+<base64>`. */
  vkey: z.string(),
  /** The same key as SubjectPublicKeyInfo, base64: what openssl reads. */
  spki: z.string(),
  kmsArn: z.string(),
  duty: z.enum(duties as [Duty, ...Duty[]]),
  kinds: z.array(z.enum(kinds)),
});

const trustFile = z.strictObject({
  v: z.literal(1),
  /** The log's origin, which every record names. */
  origin: z.string(),
  serial: z.int().check(z.nonnegative()),
  /** SHA-256 of the trust file before this one, or zeros. */
  prev: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  keys: z.array(trustedKey).check(z.minLength(1)),
  witnesses: z.array(z.string()),
  quorum: z.int().check(z.nonnegative()),
  anchors: z.array(z.strictObject({ size: z.int(), root: z.string() })),
  /** SHA-256 of each policy that runs may have; an empty list pins none. */
  policies: z.array(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
  retention: z.strictObject({
    mode: z.enum(['COMPLIANCE', 'GOVERNANCE']),
    days: z.int().check(z.positive()),
    maxDays: z.int().check(z.positive()),
  }),
  bounds: z.strictObject({
    /** How far two writers' clocks may lie apart, in milliseconds. */
    skewMs: z.int().check(z.nonnegative()),
    /** How much later than its own time a record may have reached the store, in milliseconds. */
    storeDelayMs: z.int().check(z.nonnegative()),
  }),
});

export type TrustFile = z.infer<typeof trustFile>;
type TrustedKey = z.infer<typeof trustedKey>;

export interface Trust extends Omit<TrustFile, 'keys'> {
  /** By `<name>+<key hash>`, as a signature line gives them. */
  keys: Map<string, TrustedKey & { key: KeyObject }>;
}

export class TrustError extends Error {
  override readonly name = 'TrustError';
}

/** Reads a trust file. Throws `TrustError` saying what is wrong with it. */
export function parseTrust(text: string): Trust {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TrustError(`The trust file is not JSON: ${(error as Error).message}.`);
  }
  const parsed = z.safeParse(trustFile, value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new TrustError(`The trust file's ${issue.path.join('.') || 'form'} is wrong: ${issue.message}.`);
  }
  const keys: Trust['keys'] = new Map();
  for (const trusted of parsed.data.keys) {
    const { id, key } = readKey(trusted);
    if (keys.has(id)) throw new TrustError(`The trust file names the key ${id} twice.`);
    keys.set(id, { ...trusted, key });
  }
  return { ...parsed.data, keys };
}

function readKey(trusted: TrustedKey): { id: string; key: KeyObject } {
  const [name = '', hash = ''] = trusted.vkey.split('+');
  const spki = Buffer.from(trusted.spki, 'base64');
  let key: KeyObject;
  try {
    key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    throw new TrustError(`The spki of key ${name} is not a public key.`);
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new TrustError(`Key ${name} is ${key.asymmetricKeyType}, expected ed25519.`);
  }
  const expected = isKeyName(name) ? vkey(name, spki.subarray(-32)) : undefined;
  if (expected !== trusted.vkey) {
    throw new TrustError(`The vkey and the spki of key ${name} are not the same key: expected ${expected}.`);
  }
  return { id: `${name}+${hash}`, key };
}
