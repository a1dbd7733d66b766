import type { Bucket, DefaultRetention } from './bucket.ts';
import { invalidArgument, invalidRequest, malformedXml, protectedByLock } from './errors.ts';
import type { LockMode, Retention, Version } from './version.ts';

/** Object Lock protects a *version*: an overwrite or a delete marker on top of it is never refused. */
export function checkDeletable(version: Version, now: Date, bypassGovernance: boolean): void {
  if (version.legalHold === 'ON') throw protectedByLock();
  const retention = activeRetention(version, now);
  if (!retention || (retention.mode === 'GOVERNANCE' && bypassGovernance)) return;
  throw protectedByLock();
}

/** Extending is always allowed; weakening only GOVERNANCE, and only with the bypass. */
export function checkRetentionChange(
  version: Version,
  wanted: Retention | undefined,
  now: Date,
  bypassGovernance: boolean,
): void {
  const held = activeRetention(version, now);
  if (!held || (held.mode === 'GOVERNANCE' && bypassGovernance)) return;
  const weaker =
    !wanted || wanted.until < held.until || (held.mode === 'COMPLIANCE' && wanted.mode !== held.mode);
  if (weaker) throw protectedByLock();
}

export function requireObjectLock(bucket: Bucket): void {
  if (!bucket.objectLock) throw invalidRequest('Bucket is missing Object Lock Configuration');
}

/** The retention in a request's body; undefined where the body is empty, which asks for removal. */
export function retentionOf(requested: any, now: Date): Retention | undefined {
  const { Mode, RetainUntilDate } = requested ?? {};
  if (requested && Mode === undefined && RetainUntilDate === undefined) return undefined;
  if (!isMode(Mode) || !(RetainUntilDate instanceof Date)) throw malformedXml();
  checkFuture(RetainUntilDate, now, 'RetainUntilDate');
  return { mode: Mode, until: RetainUntilDate };
}

/** The retention of a new version: from the request's headers, or else the bucket's default. */
export function retentionOfNew(bucket: Bucket, input: any, now: Date): Retention | undefined {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = input;
  if (mode === undefined && until === undefined) return defaultRetention(bucket.defaultRetention, now);
  requireObjectLock(bucket);
  if (mode === undefined || until === undefined) {
    const missing = mode === undefined ? 'x-amz-object-lock-mode' : 'x-amz-object-lock-retain-until-date';
    throw invalidArgument(
      missing,
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  if (!isMode(mode)) throw invalidArgument('x-amz-object-lock-mode', 'Unknown wormMode directive.', mode);
  checkFuture(until, now, 'x-amz-object-lock-retain-until-date');
  return { mode, until };
}

/** The bucket's configuration from a request; throws where it is not of the right form. */
export function defaultRetentionOf(configuration: any): DefaultRetention | undefined {
  if (configuration?.ObjectLockEnabled !== 'Enabled') throw malformedXml();
  if (configuration.Rule === undefined) return undefined;
  const { Mode: mode, Days: days, Years: years } = configuration.Rule.DefaultRetention ?? {};
  if (!isMode(mode) || (days === undefined) === (years === undefined)) throw malformedXml();
  if ((days ?? years) <= 0) {
    throw invalidArgument('DefaultRetention', 'Default retention period must be a positive integer value.');
  }
  return { mode, days, years };
}

function activeRetention({ retention }: Version, now: Date): Retention | undefined {
  return retention && retention.until > now ? retention : undefined;
}

function defaultRetention(rule: DefaultRetention | undefined, now: Date): Retention | undefined {
  if (!rule) return undefined;
  const until = new Date(now);
  if (rule.days !== undefined) until.setUTCDate(until.getUTCDate() + rule.days);
  else until.setUTCFullYear(until.getUTCFullYear() + rule.years!);
  return { mode: rule.mode, until };
}

function checkFuture(until: Date, now: Date, argument: string): void {
  if (until <= now) {
    throw invalidArgument(argument, 'The retain until date must be in the future!', until.toISOString());
  }
}

function isMode(mode: unknown): mode is LockMode {
  return mode === 'GOVERNANCE' || mode === 'COMPLIANCE';
}
