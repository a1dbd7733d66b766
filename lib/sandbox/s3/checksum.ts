import { crc32 } from 'node:zlib';
import { ServiceError } from '../contract.ts';
import type { Version } from './version.ts';

/**
 * The CRC-32 of a body whose client asked for it (as the SDKs do), in base64. Throws BadDigest where the client
 * counted another.
 */
export function checksumOfNew(input: any): string | undefined {
  if (input.ChecksumAlgorithm !== 'CRC32' && input.ChecksumCRC32 === undefined) return undefined;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(input.Body ?? new Uint8Array()));
  const counted = bytes.toString('base64');
  if (input.ChecksumCRC32 === undefined || input.ChecksumCRC32 === counted) return counted;
  throw new ServiceError('BadDigest', 'The CRC32 you specified did not match the calculated checksum.');
}

/** As an answer shows it; nothing where the version has none. */
export function checksumMembers({ crc32: checksum }: Pick<Version, 'crc32'>): object {
  return checksum === undefined ? {} : { ChecksumCRC32: checksum, ChecksumType: 'FULL_OBJECT' };
}
