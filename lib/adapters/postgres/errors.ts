import { RollbackError } from '../../domain/errors.ts';

/** What a broken connection, a server that starts or stops, or a full connection table say. */
const transientStates = new Set(['57P01', '57P02', '57P03', '53300', '40001', '40P01']);
const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const transientMessages =
  /timeout expired|timeout exceeded|Connection terminated|connection error|read timeout|not queryable/i;

/** A statement's own fault, as PostgreSQL answered it. */
export class SqlError extends RollbackError {
  readonly sqlState: string;

  constructor(sqlState: string, message: string, cause: unknown) {
    super('StatementFailed', message, { cause, details: { sqlState } });
    this.sqlState = sqlState;
  }
}

/**
 * The product's error for one of the driver's: `ConnectionLost`, `LoginRefused`, or a `SqlError` with the SQLSTATE.
 * `doing` begins the message: `Connecting to …`.
 */
export function translated(error: unknown, doing: string): Error {
  if (error instanceof RollbackError) return error;
  const { code, message } = error as { code?: string; message: string };
  if (code !== undefined && /^(28|3D)/.test(code) && code.length === 5)
    return new RollbackError('LoginRefused', `${doing}: ${message} (SQLSTATE ${code}).`, { cause: error });
  if (isTransient(code, message))
    return new RollbackError('ConnectionLost', `${doing}: ${message}`, { cause: error });
  if (code?.length === 5) return new SqlError(code, `${doing}: ${message} (SQLSTATE ${code}).`, error);
  return error as Error;
}

function isTransient(code: string | undefined, message: string): boolean {
  if (code === undefined) return transientMessages.test(message);
  return transientCodes.has(code) || transientStates.has(code) || /^08...$/.test(code);
}
