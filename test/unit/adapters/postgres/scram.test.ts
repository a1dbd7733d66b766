import { expect, test } from '@jest/globals';
import { scramVerifier } from '../../../../lib/adapters/postgres/scram.ts';

test('a verifier has the form that PostgreSQL stores and does not contain the password', () => {
  const verifier = scramVerifier('secret', Buffer.alloc(16, 7));

  expect(verifier).toMatch(
    /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/,
  );
  expect(scramVerifier('secret', Buffer.alloc(16, 7))).toBe(verifier);
  expect(scramVerifier('other', Buffer.alloc(16, 7))).not.toBe(verifier);
});

test.each(['', 'pass\nword', 'pässword'])('refuses %j', (password) => {
  expect(() => scramVerifier(password)).toThrow('A password must be printable ASCII characters');
});
