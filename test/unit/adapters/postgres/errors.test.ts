import { expect, test } from '@jest/globals';
import { translated } from '../../../../lib/adapters/postgres/errors.ts';

const thrown = (code: string | undefined, message = 'it said so') =>
  Object.assign(new Error(message), { code });

test.each([
  ['ECONNREFUSED', 'ConnectionLost'],
  ['ENOTFOUND', 'ConnectionLost'],
  ['57P01', 'ConnectionLost'],
  ['08006', 'ConnectionLost'],
  ['53300', 'ConnectionLost'],
  ['28P01', 'LoginRefused'],
  ['28000', 'LoginRefused'],
  ['3D000', 'LoginRefused'],
  ['42501', 'StatementFailed'],
  ['57014', 'StatementFailed'],
])('%s is a %s', (code, name) => {
  expect(translated(thrown(code), 'Connecting')).toMatchObject({ name });
});

test('the driver’s own words for a broken connection are known', () => {
  for (const words of ['Connection terminated unexpectedly', 'timeout expired', 'Query read timeout'])
    expect(translated(thrown(undefined, words), 'A statement')).toMatchObject({ name: 'ConnectionLost' });
});

test('what is none of these stays what it is', () => {
  const error = new TypeError('a bug');

  expect(translated(error, 'A statement')).toBe(error);
});
