import { expect, test } from '@jest/globals';
import { main } from '../../../lib/cli/main.ts';

async function command(line: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    live: false,
    columns: () => 80,
    rows: () => 24,
  };
  return { status: await main(line, io), out: out.join(''), err: err.join('\n') };
}

test.each([
  [['frobnicate'], /unknown command 'frobnicate'/],
  [['start'], /required option '--reason <text>'/],
  [['start', '--reason', 'x', '--mode', 'maybe'], /Allowed choices are execute, drill, plan/],
  [['start', '--reason', 'x', '--class', 'other'], /Allowed choices are deploy, schema, data, full/],
  [['start', '--reason', 'x', '--restore-to', 'yesterday'], /--restore-to: expected a time in RFC 3339/],
  [['start', '--reason', 'x', '--restore-to', '2026-11-22T03:04:05'], /with its zone/],
  [['start', '--reason', ''], /reason/],
  [['approve'], /required option '--reason <text>'/],
  [['deny', 'a', 'b', '--reason', 'x'], /too many arguments/],
  [['status', '--limit', '0'], /whole number from 1 to 1000/],
  [['audit', 'verify', '/nowhere'], /required option '--trust <file>'/],
  [['audit', 'verify', '/nowhere', '--trust', '/nowhere/trust.json'], /cannot be read: ENOENT/],
  [['audit', 'verify', 's3:/bucket', '--trust', '/nowhere'], /cannot be read|Expected s3:\/\/BUCKET/],
  [['audit', 'trust'], /required option '--out <file>'/],
  [['audit', 'export', 'bucket', '/tmp'], /Expected s3:\/\/BUCKET, got "bucket"/],
])('%j is wrong use: one line, status 2', async (line, message) => {
  const { status, err, out } = await command(line);

  expect(status).toBe(2);
  expect(err).toMatch(message);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).toMatch(/^rollback: /);
  expect(out).toBe('');
});

test('help is no error', async () => {
  const { status, out } = await command(['--help']);

  expect(status).toBe(0);
  expect(out).toMatch(/start a run/);
});
