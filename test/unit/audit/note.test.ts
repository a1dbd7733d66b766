import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeNote,
  encodeNote,
  keyHash,
  NoteError,
  strictBase64,
  vkey,
} from '../../../lib/domain/audit/note.ts';
import { recordKey } from '../../../lib/domain/audit/place.ts';
import { exampleTrail, trustFile } from './example-trail.ts';
import { run } from './fake-store.ts';

test('a key of another implementation has the key hash that it gives it', () => {
  // From the documentation of golang.org/x/mod/sumdb/note.
  const published = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const [name = '', hash, key = ''] = published.split('+');
  const publicKey = strictBase64(key).subarray(1);

  expect(keyHash(name, publicKey)).toBe(hash);
  expect(vkey(name, publicKey)).toBe(published);
});

test('a note is read back as it was written', () => {
  const line = fc.string().filter((text) => !text.includes('\n'));
  fc.assert(
    fc.property(line, fc.uint8Array({ minLength: 64, maxLength: 64 }), (text, signature) => {
      const note = {
        text: Buffer.from(text),
        keyName: 'k',
        keyHash: '0badcafe',
        signature: Buffer.from(signature),
      };
      expect(decodeNote(encodeNote(note))).toEqual(note);
    }),
  );
});

test('any bytes are a note or refused as none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        decodeNote(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(NoteError);
      }
    }),
  );
});

test.each(['QUI', 'QUI==', 'QUJ=', 'QU I=', 'QUI=\n', 'Q-I='])('%j is not strict base64', (text) => {
  expect(() => strictBase64(text)).toThrow(NoteError);
});

test('a record verifies by openssl, as the format’s description says', async () => {
  const store = await exampleTrail();
  const note = store.objects.get(recordKey({ cluster: 'orders', run: run.id, lane: 'main', seq: 2 }))!;
  const directory = mkdtempSync(join(tmpdir(), 'note-test-'));
  writeFileSync(join(directory, '000002.json'), note);
  const commands = [
    'printf %s "$SPKI" | base64 -d > key.der',
    'head -n 1 000002.json > signed',
    "tail -n 1 000002.json | cut -d ' ' -f 3 | base64 -d | tail -c 64 > signature",
    'openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in signed -sigfile signature',
  ].join(' && ');

  try {
    const env = { ...process.env, SPKI: trustFile().keys[0]!.spki };
    const said = execFileSync('sh', ['-c', commands], { cwd: directory, env, encoding: 'utf8' });
    expect(said).toMatch(/Verified Successfully/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
