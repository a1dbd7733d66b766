import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { oldest } from '../../../domain/audit/verifier/listing.ts';
import type { StoredVersion } from '../../../domain/audit/verifier/source.ts';
import { bucketSource } from './bucket-source.ts';
import { versionsFile } from './folder-source.ts';

/** An export keeps whole objects up to this size. */
const maxObjectBytes = 64 * 1024 * 1024;

/**
 * Copies a trail into `directory/evidence/`: of every object its first version, under its key, and beside them
 * `versions.json`, all versions, delete markers and locks as the bucket lists them. Returns how many it lists.
 */
export async function exportEvidence(
  s3: S3Client,
  bucket: string,
  directory: string,
  prefix?: string,
): Promise<{ versions: number; root: string }> {
  const root = resolve(directory, 'evidence');
  const source = bucketSource(s3, bucket, prefix);
  const versions: StoredVersion[] = [];
  const byKey = new Map<string, StoredVersion[]>();
  for await (const version of source.versions()) {
    versions.push(version);
    byKey.set(version.key, [...(byKey.get(version.key) ?? []), version]);
  }
  const firsts = [...byKey.values()].map(oldest).filter((version) => version !== undefined);
  for (const { key, versionId } of firsts) {
    const path = resolve(root, key);
    // A key that would leave the folder stays in the listing alone, where the verifier reports it.
    if (!path.startsWith(root + sep)) continue;
    const bytes = await source.fetch(key, versionId, maxObjectBytes);
    if (bytes === undefined) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  await mkdir(root, { recursive: true });
  const lines = versions.map((version) => JSON.stringify(version)).join(',\n');
  await writeFile(join(root, versionsFile), `[\n${lines}\n]\n`);
  return { versions: versions.length, root };
}
