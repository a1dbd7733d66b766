import { type Bucket, compareKeys } from './bucket.ts';
import { invalidArgument } from './errors.ts';
import { isMarker, type Version } from './version.ts';

const owner = { ID: '0'.repeat(64) };

/** ListObjectsV2: newest versions that are no delete markers, in key order, a page at a time. */
export function listObjects(bucket: Bucket, input: any): object {
  const { Prefix = '', Delimiter, StartAfter, ContinuationToken, EncodingType } = input;
  const after = ContinuationToken === undefined ? StartAfter : decodeToken(ContinuationToken);
  const current = bucket
    .keys()
    .filter((key) => key.startsWith(Prefix))
    .flatMap((key) => bucket.current(key) ?? []);
  const page = paginate(current, Prefix, Delimiter, limitOf(input), (version) => isAfter(version.key, after));
  const encode = encoder(EncodingType);
  return {
    Name: bucket.name,
    Prefix: encode(Prefix),
    Delimiter: Delimiter && encode(Delimiter),
    StartAfter: StartAfter && encode(StartAfter),
    ContinuationToken,
    EncodingType,
    MaxKeys: limitOf(input),
    KeyCount: page.versions.length + page.prefixes.length,
    IsTruncated: page.next !== undefined,
    NextContinuationToken: page.next && encodeToken(page.next),
    Contents: page.versions.map((version) => ({
      ...described(version, encode),
      ...ownerIf(input.FetchOwner),
    })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

/** ListObjectVersions: every version and delete marker, newest first for each key. */
export function listVersions(bucket: Bucket, input: any): object {
  const { Prefix = '', Delimiter, KeyMarker, VersionIdMarker, EncodingType } = input;
  const all = bucket
    .keys()
    .filter((key) => key.startsWith(Prefix))
    .flatMap((key) => bucket.versionsOf(key));
  const marker = all.findIndex(({ key, id }) => key === KeyMarker && id === VersionIdMarker);
  const remaining = marker < 0 ? all : all.slice(marker + 1);
  const skip = marker < 0 ? KeyMarker : undefined;
  const page = paginate(remaining, Prefix, Delimiter, limitOf(input), (version) =>
    isAfter(version.key, skip),
  );
  const encode = encoder(EncodingType);
  const entry = (version: Version) => ({
    ...described(version, encode),
    Owner: owner,
    VersionId: version.id,
    IsLatest: bucket.versionsOf(version.key)[0] === version,
  });
  const last = page.versions.at(-1);
  return {
    Name: bucket.name,
    Prefix: encode(Prefix),
    Delimiter: Delimiter && encode(Delimiter),
    KeyMarker: encode(KeyMarker ?? ''),
    VersionIdMarker: VersionIdMarker ?? '',
    EncodingType,
    MaxKeys: limitOf(input),
    IsTruncated: page.next !== undefined,
    NextKeyMarker: page.next && encode(page.next),
    NextVersionIdMarker: page.next === last?.key ? last?.id : undefined,
    Versions: page.versions.filter((version) => !isMarker(version)).map(entry),
    DeleteMarkers: page.versions.filter(isMarker).map((marker) => {
      const { ETag, Size, StorageClass, ...members } = entry(marker);
      return members;
    }),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

interface Page {
  versions: Version[];
  prefixes: string[];
  /** The last key or prefix of a page that is not the last. */
  next: string | undefined;
}

function paginate(
  all: Version[],
  prefix: string,
  delimiter: string | undefined,
  limit: number,
  isWanted: (version: Version) => boolean,
): Page {
  const page: Page = { versions: [], prefixes: [], next: undefined };
  let last: string | undefined;
  for (const version of all.filter(isWanted)) {
    const cut = delimiter ? version.key.indexOf(delimiter, prefix.length) : -1;
    const common = cut < 0 ? undefined : version.key.slice(0, cut + delimiter!.length);
    if (common !== undefined && page.prefixes.at(-1) === common) {
      last = version.key;
      continue;
    }
    if (page.versions.length + page.prefixes.length === limit) return { ...page, next: last };
    if (common === undefined) page.versions.push(version);
    else page.prefixes.push(common);
    last = version.key;
  }
  return page;
}

function described(version: Version, encode: (text: string) => string) {
  return {
    Key: encode(version.key),
    LastModified: version.lastModified,
    ETag: version.etag,
    ...(version.crc32 === undefined ? {} : { ChecksumAlgorithm: ['CRC32'], ChecksumType: 'FULL_OBJECT' }),
    Size: version.body?.size,
    StorageClass: 'STANDARD',
  };
}

function ownerIf(wanted: boolean | undefined): { Owner?: object } {
  return wanted ? { Owner: owner } : {};
}

function limitOf({ MaxKeys = 1000 }: any): number {
  if (MaxKeys < 0)
    throw invalidArgument('max-keys', 'Argument maxKeys must be an integer between 0 and 2147483647');
  return Math.min(MaxKeys, 1000);
}

function isAfter(key: string, marker: string | undefined): boolean {
  return marker === undefined || compareKeys(key, marker) > 0;
}

/** Clients that ask for it get keys percent-encoded, since XML cannot carry every character. */
function encoder(type: string | undefined): (text: string) => string {
  return type === 'url' ? (text) => encodeURIComponent(text).replaceAll('%2F', '/') : (text) => text;
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeToken(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
