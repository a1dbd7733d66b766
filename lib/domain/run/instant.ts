import { RollbackError } from '../errors.ts';

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Milliseconds UTC of a time in RFC 3339 that says its zone. Throws `InvalidInput` naming `field`, also for
 * days and hours that no calendar has: `Date` would quietly roll them over.
 */
export function parseInstant(text: string, field: string): number {
  const match = rfc3339.exec(text);
  if (match === null) throw wrong(field, text);
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const local = new Date(Date.UTC(year!, month! - 1, day!, hour!, minute!, second!));
  const real =
    local.getUTCMonth() === month! - 1 &&
    local.getUTCDate() === day &&
    hour! < 24 &&
    minute! < 60 &&
    second! < 60;
  const milliseconds = Date.parse(text.replace(' ', 'T').toUpperCase());
  if (!real || Number.isNaN(milliseconds)) throw wrong(field, text);
  return milliseconds;
}

/** RFC 3339 UTC in whole seconds, the part of a second dropped. */
export function wholeSeconds(milliseconds: number): string {
  return `${new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** `20261122T030405Z`, as run and incident names carry a time. */
export function basicTime(milliseconds: number): string {
  return wholeSeconds(milliseconds).replace(/[-:]/g, '');
}

function wrong(field: string, got: string): RollbackError {
  const lacksZone = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(got);
  const expected = lacksZone
    ? 'a time with its zone, such as 2026-11-22T03:04:05Z or 2026-11-22T04:04:05+01:00'
    : 'a time in RFC 3339, such as 2026-11-22T03:04:05Z';
  return new RollbackError('InvalidInput', `${field}: expected ${expected}, got ${JSON.stringify(got)}.`, {
    details: { field, got },
  });
}
