import { BlockList, isIP } from 'node:net';
import { type FieldMatcher, invalidPattern } from './pattern-types.ts';

/** An address range such as `10.0.0.0/24` or `2001:db8::/64`. */
export function cidrMatcher(operand: unknown): FieldMatcher {
  if (typeof operand !== 'string') throw invalidPattern('prefix match pattern must be a string');
  const parts = operand.split('/');
  if (parts.length !== 2) throw invalidPattern("Malformed CIDR, one '/' required");
  const [address, bits] = parts as [string, string];
  if (!/^\d+$/.test(bits)) throw invalidPattern('Malformed CIDR, mask bits must be an integer');
  const family = isIP(address);
  if (family === 0) throw invalidPattern(`Nonstandard IP address: ${address}`);
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (Number(bits) > (family === 4 ? 32 : 128))
    throw invalidPattern(`Malformed CIDR, mask bits too large: ${bits}`);
  const range = new BlockList();
  range.addSubnet(address, Number(bits), type);
  return (value) => typeof value === 'string' && isIP(value) === family && range.check(value, type);
}
