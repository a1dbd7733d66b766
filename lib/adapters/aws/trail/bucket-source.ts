import {
  GetObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { EvidenceSource, StoredVersion } from '../../../domain/audit/verifier/source.ts';
import { forAll } from '../../../domain/for-all.ts';
import { send, translateError } from '../errors.ts';
import { readAtMost } from './body.ts';

const asked = 16;

/** The evidence bucket as a verifier reads it: versions, markers and locks of everything below `prefix`. */
export function bucketSource(s3: S3Client, bucket: string, prefix?: string): EvidenceSource {
  return {
    async *versions() {
      let keyMarker: string | undefined;
      let versionMarker: string | undefined;
      do {
        const page = await send(
          s3,
          new ListObjectVersionsCommand({
            Bucket: bucket,
            Prefix: prefix,
            KeyMarker: keyMarker,
            VersionIdMarker: versionMarker,
          }),
        );
        const written = (page.Versions ?? []).map((version) => ({
          key: version.Key!,
          versionId: version.VersionId,
          deleteMarker: false,
          lastModified: version.LastModified?.getTime(),
          size: version.Size ?? 0,
        }));
        const markers = (page.DeleteMarkers ?? []).map((marker) => ({
          key: marker.Key!,
          versionId: marker.VersionId,
          deleteMarker: true,
          lastModified: marker.LastModified?.getTime(),
          size: 0,
        }));
        await forAll(written, asked, async (version: StoredVersion) => {
          version.retention = await retentionOf(s3, bucket, version);
        });
        yield* [...written, ...markers].sort((a, b) =>
          Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
        );
        keyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
        versionMarker = page.IsTruncated ? page.NextVersionIdMarker : undefined;
      } while (keyMarker !== undefined);
    },

    async fetch(key, versionId, limit) {
      try {
        const answer = await s3.send(
          new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
        );
        return await readAtMost(answer, limit);
      } catch (error) {
        if (['NoSuchKey', 'NoSuchVersion'].includes((error as Error).name)) return undefined;
        throw translateError(error, 'GetObject');
      }
    },
  };
}

async function retentionOf(s3: S3Client, bucket: string, { key, versionId }: StoredVersion) {
  const command = new GetObjectRetentionCommand({ Bucket: bucket, Key: key, VersionId: versionId });
  try {
    const { Retention } = await s3.send(command);
    if (Retention?.Mode === undefined || Retention.RetainUntilDate === undefined) return 'none' as const;
    return { mode: Retention.Mode, until: Retention.RetainUntilDate.getTime() };
  } catch (error) {
    const name = (error as Error).name;
    if (name === 'NoSuchObjectLockConfiguration' || name === 'InvalidRequest') return 'none' as const;
    // Whoever may read the records need not be allowed to see their locks; then nothing is said of them.
    if (name === 'AccessDenied' || name === 'AccessDeniedException') return undefined;
    throw translateError(error, 'GetObjectRetention');
  }
}
