import { randomBytes } from 'node:crypto';

/** An X-Ray trace header: a root of this second and a segment of its own, not sampled. */
export function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=0`;
}
