import { gunzipSync } from 'node:zlib';
import { ServiceError } from '../contract.ts';

/** Undoes what a client did to a body on its way: chunks with trailing checksums (S3), compression (CloudWatch). */
export function decodeBody(raw: Buffer, headers: Record<string, string>): Uint8Array {
  const encodings = (headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  const chunked =
    encodings.includes('aws-chunked') || (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  if (chunked) {
    const rest = encodings.filter((encoding) => encoding && encoding !== 'aws-chunked');
    if (rest.length > 0) headers['content-encoding'] = rest.join(',');
    else delete headers['content-encoding'];
    return joinChunks(raw);
  }
  // S3 stores a compressed object as it is; only the structured protocols compress requests.
  if (encodings.includes('gzip') && isStructured(headers)) return gunzipSync(raw);
  return raw;
}

function isStructured(headers: Record<string, string>): boolean {
  return (
    'x-amz-target' in headers ||
    'smithy-protocol' in headers ||
    (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  );
}

/** `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`, repeated to a chunk of size zero and the trailers. */
function joinChunks(raw: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let offset = 0;
  while (offset < raw.length) {
    const lineEnd = raw.indexOf('\r\n', offset);
    const size = Number.parseInt(raw.toString('latin1', offset, Math.max(lineEnd, offset)), 16);
    const start = lineEnd + 2;
    if (lineEnd < 0 || Number.isNaN(size) || start + size > raw.length) {
      throw new ServiceError('IncompleteBody', 'The aws-chunked body is malformed or shorter than it says.');
    }
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(raw.subarray(start, start + size));
    offset = start + size + 2;
  }
  throw new ServiceError('IncompleteBody', 'The aws-chunked body ends without its last chunk.');
}
