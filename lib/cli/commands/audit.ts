import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { bucketSource } from '../../adapters/aws/trail/bucket-source.ts';
import { exportEvidence } from '../../adapters/aws/trail/export.ts';
import { folderSource } from '../../adapters/aws/trail/folder-source.ts';
import { trustOfStack } from '../../adapters/aws/trail/stack-trust.ts';
import { parseTrust, type Trust, TrustError } from '../../domain/audit/trust.ts';
import type { Verdict } from '../../domain/audit/verifier/findings.ts';
import { verify } from '../../domain/audit/verifier/verify.ts';
import { exitStatus, type Io, UsageError } from '../io.ts';

export interface VerifyOptions {
  trust: string;
  trustSha256?: string;
  run?: string;
  json?: boolean;
}

const statusOf = {
  proven: exitStatus.ok,
  broken: exitStatus.failed,
  'end unproven': exitStatus.unproven,
} as const satisfies Record<Verdict['status'], number>;

/** Verifies a trail in a folder or a bucket and says what holds. */
export async function auditVerify(
  io: Io,
  s3: () => S3Client,
  target: string,
  options: VerifyOptions,
): Promise<number> {
  const trust = await readTrust(target, options);
  const bucket = bucketOf(target);
  const source = bucket ? bucketSource(s3(), bucket.name, bucket.prefix) : await folderSource(target);
  const verdict = await verify(source, trust, { run: options.run });
  io.out(options.json ? `${JSON.stringify(verdict, null, 2)}\n` : text(verdict));
  return statusOf[verdict.status];
}

/** Copies a bucket's trail into a folder, for a verifier that has no access to the bucket. */
export async function auditExport(io: Io, s3: S3Client, target: string, directory: string): Promise<number> {
  const bucket = bucketOf(target);
  if (bucket === undefined) throw new UsageError(`Expected s3://BUCKET, got ${JSON.stringify(target)}.`);
  const { versions, root } = await exportEvidence(s3, bucket.name, directory, bucket.prefix);
  io.out(`${versions} versions listed, objects in ${root}\n`);
  return exitStatus.ok;
}

export interface TrustOptions {
  stack: string;
  policy: string[];
  out: string;
}

/** Writes the trust file of a deployed evidence stack; never over one that is there. */
export async function auditTrust(
  io: Io,
  clients: Parameters<typeof trustOfStack>[0],
  { stack, policy, out }: TrustOptions,
): Promise<number> {
  const text = `${JSON.stringify(await trustOfStack(clients, stack, policy), null, 2)}\n`;
  try {
    await writeFile(out, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'EEXIST' ? `${out} is there already.` : `${out} cannot be written: ${code}.`,
    );
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  io.out(`${out}: SHA-256 ${sha256}\nKeep it, and its SHA-256, away from the evidence.\n`);
  return exitStatus.ok;
}

async function readTrust(target: string, { trust: file, trustSha256 }: VerifyOptions): Promise<Trust> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`The trust file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  if (trustSha256 !== undefined && trustSha256.toLowerCase() !== sha256) {
    throw new UsageError(`The trust file's SHA-256 is ${sha256}, expected ${trustSha256}.`);
  }
  if (trustSha256 === undefined && bucketOf(target) === undefined && isInside(file, target)) {
    throw new UsageError(
      `The trust file lies inside what it is to judge. Give its SHA-256, from elsewhere, by --trust-sha256.`,
    );
  }
  try {
    return parseTrust(text);
  } catch (error) {
    if (error instanceof TrustError) throw new UsageError(error.message);
    throw error;
  }
}

function bucketOf(target: string): { name: string; prefix?: string } | undefined {
  const [, name, prefix] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(target) ?? [];
  if (name !== undefined) return { name, ...(prefix && { prefix }) };
  if (target.startsWith('s3:')) throw new UsageError(`Expected s3://BUCKET, got ${JSON.stringify(target)}.`);
  return undefined;
}

function isInside(file: string, directory: string): boolean {
  const path = relative(resolve(directory), resolve(file));
  return path !== '' && !path.startsWith('..');
}

function text({ status, origin, runs, findings, notices }: Verdict): string {
  const lines = [`Trail of ${origin}`];
  for (const { cluster, run, sealed, result, records, lanes } of runs) {
    const end = sealed ? `sealed: ${result}` : 'not sealed';
    lines.push(`  ${cluster} ${run}: ${records} records in ${lanes} lanes, ${end}`);
  }
  for (const { code, object, expected, got, message } of findings) {
    lines.push(`${code} ${object}`, `  ${message}`, `  expected ${expected}`, `  got ${got}`);
  }
  for (const { code, object, message } of notices) lines.push(`note: ${code} ${object}: ${message}`);
  lines.push(summary(status, findings.length));
  return `${lines.join('\n')}\n`;
}

function summary(status: Verdict['status'], findings: number): string {
  if (status === 'broken') return `BROKEN: ${findings} finding${findings === 1 ? '' : 's'}.`;
  if (status === 'proven') return 'PROVEN.';
  return 'END UNPROVEN: what is here is whole and in order; that nothing was cut off its end is not proven.';
}
