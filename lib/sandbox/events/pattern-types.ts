import { ServiceError } from '../contract.ts';

export type JsonObject = Record<string, unknown>;

/** Gets a field's value, or `undefined` where the event has no such field. */
export type FieldMatcher = (value: unknown) => boolean;

export function invalidPattern(reason: string): ServiceError {
  return new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}
