import { createHash } from 'node:crypto';

/**
 * C2SP signed notes (c2sp.org/signed-note) with one text line and one Ed25519 signature:
 *
 *   <text>\n
 *   \n
 *   — <key name> <base64 of 4 bytes key hash and 64 bytes signature>\n
 *
 * The signature covers the text and its newline.
 */

export interface Note {
  /** The text's bytes, without its newline. */
  text: Buffer;
  keyName: string;
  /** Eight hexadecimal digits. */
  keyHash: string;
  signature: Buffer;
}

export class NoteError extends Error {
  override readonly name = 'NoteError';
  readonly expected: string;
  readonly got: string;

  constructor(message: string, expected: string, got: string) {
    super(message);
    this.expected = expected;
    this.got = got;
  }
}

const ed25519 = 0x01;
const signatureMark = Buffer.from('— ', 'utf8');

/** A name as the specification allows it: not empty, no white space, no plus sign. */
export function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+\p{White_Space}]/u.test(name);
}

/** The first four bytes of SHA-256 over name, newline, algorithm and public key; as hexadecimal digits. */
export function keyHash(name: string, publicKey: Uint8Array): string {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(ed25519))
    .update(publicKey)
    .digest('hex')
    .slice(0, 8);
}

/** The verifier key in the ecosystem's text form: name, key hash, base64 of algorithm and public key. */
export function vkey(name: string, publicKey: Uint8Array): string {
  const key = Buffer.concat([Buffer.of(ed25519), publicKey]).toString('base64');
  return `${name}+${keyHash(name, publicKey)}+${key}`;
}

/** The bytes that are signed. */
export function signedBytes(text: Uint8Array): Buffer {
  return Buffer.concat([text, Buffer.from('\n')]);
}

export function encodeNote(note: Note): Buffer {
  const signature = Buffer.concat([Buffer.from(note.keyHash, 'hex'), note.signature]).toString('base64');
  return Buffer.concat([note.text, Buffer.from(`\n\n— ${note.keyName} ${signature}\n`, 'utf8')]);
}

/** Takes a note apart, without judging its signature. Throws `NoteError`. */
export function decodeNote(bytes: Uint8Array): Note {
  const note = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = note.indexOf(0x0a);
  if (end < 0 || note[end + 1] !== 0x0a) {
    throw new NoteError(
      'The object is not a note.',
      'one line, an empty line, a signature line',
      'no empty line',
    );
  }
  const line = note.subarray(end + 2);
  if (line.indexOf(0x0a) !== line.length - 1) {
    throw new NoteError(
      'The note has not exactly one signature line.',
      'one line ending in a newline',
      'other',
    );
  }
  if (!line.subarray(0, signatureMark.length).equals(signatureMark)) {
    throw new NoteError('The signature line does not begin as one.', 'an em dash and a space', 'other bytes');
  }
  const [name = '', encoded = '', ...more] = line
    .subarray(signatureMark.length, -1)
    .toString('utf8')
    .split(' ');
  if (more.length > 0 || !isKeyName(name)) {
    throw new NoteError(
      'The signature line has not the right parts.',
      'a key name and a signature',
      'other parts',
    );
  }
  const raw = strictBase64(encoded);
  if (raw.length !== 68) {
    throw new NoteError('The signature has not the right length.', '4 + 64 bytes', `${raw.length} bytes`);
  }
  return {
    text: note.subarray(0, end),
    keyName: name,
    keyHash: raw.subarray(0, 4).toString('hex'),
    signature: raw.subarray(4),
  };
}

/** Node's decoder skips what it does not know; here only the one standard spelling counts. */
export function strictBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) {
    throw new NoteError('The signature is not strict base64.', 'padded standard base64', text.slice(0, 40));
  }
  return bytes;
}
