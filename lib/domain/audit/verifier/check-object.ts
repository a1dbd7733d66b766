import { verify as verifySignature } from 'node:crypto';
import { CanonicalError, parseCanonical } from '../canonical.ts';
import type { Duty } from '../duties.ts';
import { decodeNote, NoteError, signedBytes } from '../note.ts';
import type { Place } from '../place.ts';
import { type AuditRecord, maxObjectBytes, maxSignedBytes, parseRecord, version } from '../record.ts';
import type { Trust } from '../trust.ts';
import { type Finding, finding } from './findings.ts';

export type Checked =
  | { record: AuditRecord; duty: Duty; findings: Finding[] }
  /** `signed`: a trusted key did sign these bytes, so they are not somebody's garbage. */
  | { record?: undefined; signed: boolean; findings: Finding[] };

/** Judges one object by itself: size, note, key, signature, canonical form, fields, place. */
export function checkObject(bytes: Uint8Array, key: string, place: Place, trust: Trust): Checked {
  const broken = (item: Finding, signed = false): Checked => ({ signed, findings: [item] });

  if (bytes.length > maxObjectBytes) {
    return broken(finding('TOO_BIG', key, `at most ${maxObjectBytes} bytes`, 'more'));
  }
  let note: ReturnType<typeof decodeNote>;
  try {
    note = decodeNote(bytes);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return broken(finding('SIG_FORMAT', key, error.expected, error.got));
  }
  const trusted = trust.keys.get(`${note.keyName}+${note.keyHash}`);
  if (trusted === undefined) {
    return broken(finding('KEY_UNKNOWN', key, 'a key of the trust file', `${note.keyName}+${note.keyHash}`));
  }
  const signed = signedBytes(note.text);
  if (!verifySignature(null, signed, trusted.key, note.signature)) {
    return broken(
      finding('SIG', key, `a signature of ${trusted.vkey}`, note.signature.toString('hex', 0, 8)),
    );
  }
  if (signed.length > maxSignedBytes) {
    return broken(finding('TOO_BIG', key, `at most ${maxSignedBytes} bytes signed`, signed.length), true);
  }
  let line: ReturnType<typeof parseCanonical>;
  try {
    line = parseCanonical(note.text);
  } catch (error) {
    if (!(error instanceof CanonicalError)) throw error;
    const code = error.code === 'NAME' ? 'FIELD' : error.code;
    return broken(finding(code, key, error.expected, `${error.got} (${error.message})`), true);
  }
  if (line.v !== version) return broken(finding('VERSION', key, version, JSON.stringify(line.v)), true);
  const parsed = parseRecord(line);
  if ('fault' in parsed) {
    return broken(finding('FIELD', key, `${parsed.fault.path} of its form`, parsed.fault.message), true);
  }
  const { record } = parsed;
  const findings = checkPlace(record, key, place, trust);
  if (!trusted.kinds.includes(record.kind)) {
    findings.push(finding('KEY_DUTY', key, `one of ${trusted.kinds.join(', ')}`, record.kind));
  }
  return { record, duty: trusted.duty, findings };
}

function checkPlace(record: AuditRecord, key: string, place: Place, trust: Trust): Finding[] {
  const findings: Finding[] = [];
  if (record.log !== trust.origin) findings.push(finding('CONTEXT', key, trust.origin, record.log));
  if (record.run !== place.run || record.lane !== place.lane) {
    findings.push(finding('NAME', key, `${place.run}/${place.lane}`, `${record.run}/${record.lane}`));
  } else if (record.seq !== place.seq) {
    findings.push(finding('REORDERED', key, `record ${place.seq}`, `record ${record.seq}`));
  }
  if (record.kind === 'open' && record.data.cluster !== place.cluster) {
    findings.push(finding('CONTEXT', key, place.cluster, record.data.cluster));
  }
  const begins = record.kind === 'open' || record.kind === 'refusal';
  const onMain = begins || record.kind === 'fork' || record.kind === 'join' || record.kind === 'seal';
  const atStart = place.lane === 'main' && place.seq === 0;
  if (onMain && record.lane !== 'main')
    findings.push(finding('CONTEXT', key, `${record.kind} on main`, record.lane));
  // Custody, key, policy, scan and erase records outside a run stand alone on their main.
  const alone = begins || ['custody', 'key', 'policy', 'scan', 'erase'].includes(record.kind);
  if (atStart ? !alone : begins) {
    findings.push(
      finding('CONTEXT', key, atStart ? 'a run begins with open' : 'open only at the beginning', record.kind),
    );
  }
  return findings;
}
