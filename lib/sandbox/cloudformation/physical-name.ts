import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** `<stack>-<logical id>-<12 random>`, shortened to `limit` characters as CloudFormation does. */
export function physicalName(
  stack: string,
  logicalId: string,
  { limit = 255, lowercase = false }: { limit?: number; lowercase?: boolean } = {},
): string {
  const random = [...randomBytes(12)].map((byte) => alphabet[byte % alphabet.length]).join('');
  const room = limit - random.length - 2;
  const forLogicalId = Math.max(Math.ceil(room / 2), room - stack.length);
  const id = logicalId.slice(0, forLogicalId);
  const name = `${stack.slice(0, room - id.length)}-${id}-${random}`;
  return lowercase ? name.toLowerCase() : name;
}
