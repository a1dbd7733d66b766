import { open, readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import * as z from 'zod/mini';
import type { EvidenceSource, StoredVersion } from '../../../domain/audit/verifier/source.ts';
import { RollbackError } from '../../../domain/errors.ts';

/** The listing beside exported objects, `versions.json`: what the bucket said when it was exported. */
export const versionsFile = 'versions.json';

const versionsSchema = z.array(
  z.object({
    key: z.string(),
    versionId: z.optional(z.string()),
    deleteMarker: z.boolean(),
    lastModified: z.optional(z.int()),
    size: z.int(),
    retention: z.optional(z.union([z.literal('none'), z.object({ mode: z.string(), until: z.int() })])),
  }),
);

/**
 * An exported trail: `DIR/evidence/` (or DIR itself) with the objects under their keys and, where the export
 * made one, `versions.json`. Throws `InvalidInput` where there is no such folder.
 */
export async function folderSource(directory: string): Promise<EvidenceSource> {
  const root = await rootOf(directory);
  const listed = await readVersions(root);
  const named = new Set(listed?.map(({ key }) => key));

  return {
    async *versions() {
      const found = (await filesOf(root))
        .filter((key) => key !== versionsFile && !named.has(key))
        .map(
          (key): StoredVersion => ({ key, deleteMarker: false, size: 0, ...(listed && { unlisted: true }) }),
        );
      const all: StoredVersion[] = [...(listed ?? []), ...found];
      yield* all.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    },

    async fetch(key, _versionId, limit) {
      const path = resolve(root, key);
      if (!path.startsWith(root + sep)) return undefined;
      let file: Awaited<ReturnType<typeof open>>;
      try {
        file = await open(path, 'r');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      try {
        const buffer = Buffer.alloc(Math.min((await file.stat()).size, limit + 1));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}

async function rootOf(directory: string): Promise<string> {
  for (const candidate of [join(directory, 'evidence'), directory]) {
    const names = await readdir(candidate).catch(() => undefined);
    if (names !== undefined) return resolve(candidate);
  }
  throw new RollbackError('InvalidInput', `${directory} is not a folder that can be read.`);
}

async function readVersions(root: string): Promise<StoredVersion[] | undefined> {
  let text: string;
  try {
    text = await readFile(join(root, versionsFile), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RollbackError('InvalidInput', `${versionsFile} is not JSON: ${(error as Error).message}.`);
  }
  const parsed = z.safeParse(versionsSchema, value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new RollbackError('InvalidInput', `${versionsFile}, ${issue.path.join('.')}: ${issue.message}.`);
}

async function filesOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
