import { createECDH, type KeyObject } from 'node:crypto';

/**
 * ECDSA on P-256 over a digest that the caller has computed. Node signs only what it hashes itself, so the
 * curve's arithmetic is written out here (SEC 1, section 4.1); it is not hardened against side channels.
 */

interface Point {
  x: bigint;
  y: bigint;
}

const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const generator: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

/** A DER signature over a digest of 32 bytes. */
export function signDigest(digest: Uint8Array, privateKey: KeyObject): Buffer {
  const d = fromBase64url(privateKey.export({ format: 'jwk' }).d!);
  const z = toBigInt(digest);
  for (;;) {
    const ephemeral = createECDH('prime256v1');
    const r = toBigInt(ephemeral.generateKeys().subarray(1, 33)) % n;
    const k = toBigInt(ephemeral.getPrivateKey());
    const s = modulo(inverse(k, n) * (z + r * d), n);
    if (r !== 0n && s !== 0n) return der(r, s);
  }
}

export function verifyDigest(digest: Uint8Array, signature: Uint8Array, publicKey: KeyObject): boolean {
  const pair = readDer(signature);
  if (!pair) return false;
  const { r, s } = pair;
  if (r <= 0n || r >= n || s <= 0n || s >= n) return false;
  const { x, y } = publicKey.export({ format: 'jwk' });
  const w = inverse(s, n);
  const sum = add(
    multiply(generator, modulo(toBigInt(digest) * w, n)),
    multiply({ x: fromBase64url(x!), y: fromBase64url(y!) }, modulo(r * w, n)),
  );
  return sum !== undefined && sum.x % n === r;
}

/** Point addition; undefined is the point at infinity. */
function add(a: Point | undefined, b: Point | undefined): Point | undefined {
  if (!a) return b;
  if (!b) return a;
  if (a.x === b.x && a.y !== b.y) return undefined;
  const slope =
    a.x === b.x ? (3n * a.x * a.x - 3n) * inverse(2n * a.y, p) : (b.y - a.y) * inverse(b.x - a.x, p);
  const x = modulo(slope * slope - a.x - b.x, p);
  return { x, y: modulo(slope * (a.x - x) - a.y, p) };
}

function multiply(point: Point, factor: bigint): Point | undefined {
  let result: Point | undefined;
  let power: Point | undefined = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = add(result, power);
    power = add(power, power);
  }
  return result;
}

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [modulo(value, modulus), modulus];
  let [x, y] = [1n, 0n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return modulo(x, modulus);
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function fromBase64url(text: string): bigint {
  return toBigInt(Buffer.from(text, 'base64url'));
}

/** SEQUENCE of two INTEGERs. */
function der(r: bigint, s: bigint): Buffer {
  const body = Buffer.concat([derInteger(r), derInteger(s)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  const positive = bytes[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
}

function readDer(signature: Uint8Array): { r: bigint; s: bigint } | undefined {
  const bytes = Buffer.from(signature);
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2 || bytes[2] !== 0x02) return undefined;
  const rLength = bytes[3]!;
  const sLength = bytes[5 + rLength];
  if (rLength === 0 || !sLength || bytes[4 + rLength] !== 0x02) return undefined;
  if (6 + rLength + sLength !== bytes.length) return undefined;
  return { r: toBigInt(bytes.subarray(4, 4 + rLength)), s: toBigInt(bytes.subarray(6 + rLength)) };
}
