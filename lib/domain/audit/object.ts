import { canonicalize, type Json, parseCanonical } from './canonical.ts';
import { decodeNote, encodeNote, signedBytes } from './note.ts';
import { type AuditRecord, parseRecord } from './record.ts';
import type { RecordSigner } from './trail.ts';

/** Signs a record and gives the object's bytes. Throws `CanonicalError` or what the signer throws. */
export async function encodeRecord(record: AuditRecord, signer: RecordSigner): Promise<Buffer> {
  const text = Buffer.from(canonicalize(record as unknown as Json), 'utf8');
  const [keyHash, signature] = await Promise.all([signer.keyHash(), signer.sign(signedBytes(text))]);
  return encodeNote({ text, keyName: signer.keyName, keyHash, signature });
}

/**
 * What a writer reads at a place of its lane: the record, or undefined where the bytes are none for this place.
 * Its signature is the verifier's business; a writer knows no key but its own.
 */
export function readRecord(bytes: Uint8Array, expected: Partial<AuditRecord>): AuditRecord | undefined {
  let record: AuditRecord;
  try {
    const parsed = parseRecord(parseCanonical(decodeNote(bytes).text));
    if ('fault' in parsed) return undefined;
    record = parsed.record;
  } catch {
    return undefined;
  }
  const fits = Object.entries(expected).every(
    ([name, value]) => value === undefined || record[name as keyof AuditRecord] === value,
  );
  return fits ? record : undefined;
}
