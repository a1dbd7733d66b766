import { ServiceError } from '../contract.ts';

/**
 * One page of a list, as RDS pages: `MaxRecords` from 20 to 100, and a marker that is opaque to callers.
 * The list must be in a stable order.
 */
export function page<T>(
  all: T[],
  input: { MaxRecords?: number; Marker?: string },
): { items: T[]; Marker: string | undefined } {
  const size = input.MaxRecords ?? 100;
  if (size < 20 || size > 100) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Invalid value ${size} for MaxRecords. Must be between 20 and 100`,
    );
  }
  const start = input.Marker ? Number(Buffer.from(input.Marker, 'base64url').toString()) : 0;
  if (!Number.isInteger(start))
    throw new ServiceError('InvalidParameterValue', `Invalid Marker: ${input.Marker}`);
  const end = start + size;
  return {
    items: all.slice(start, end),
    Marker: end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined,
  };
}
