import { type ErrorName, RollbackError } from '../../domain/errors.ts';

/** Error names of a service that mean one of ours, by the name the SDK gives them. */
export type Translations = Readonly<Record<string, ErrorName>>;

const throttling = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'SlowDown',
  'PriorRequestNotComplete',
  'TransactionInProgressException',
  'EC2ThrottledException',
]);

const connection = new Set([
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

interface ServiceFault {
  name?: string;
  code?: string;
  message?: string;
  $fault?: 'client' | 'server';
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

/**
 * The product's error for what an AWS client threw, or the error itself where it means none of ours.
 * `doing` names the operation for the message.
 */
export function translateError(error: unknown, doing: string, translations: Translations = {}): unknown {
  if (error instanceof RollbackError) return error;
  const fault = error as ServiceFault;
  const name = nameOf(fault, translations);
  if (name === undefined) return error;
  return new RollbackError(name, `${doing}: ${fault.name ?? 'error'}: ${fault.message ?? 'no message'}`, {
    cause: error,
    details: {
      service: fault.name,
      status: fault.$metadata?.httpStatusCode,
      requestId: fault.$metadata?.requestId,
    },
  });
}

function nameOf(fault: ServiceFault, translations: Translations): ErrorName | undefined {
  const own = fault.name === undefined ? undefined : translations[fault.name];
  if (own !== undefined) return own;
  const names = [fault.name ?? '', fault.code ?? ''];
  if (names.some((name) => throttling.has(name)) || fault.$metadata?.httpStatusCode === 429)
    return 'Throttled';
  if (names.some((name) => connection.has(name))) return 'ConnectionLost';
  const status = fault.$metadata?.httpStatusCode ?? 0;
  // 501 is no outage: what is not implemented will not be after a pause either.
  if (status === 501) return undefined;
  if (fault.$fault === 'server' || status >= 500) return 'ServiceUnavailable';
  return undefined;
}

/** A command of the SDK, as far as its output's type can be read from it. */
interface Command<Output> {
  resolveMiddleware(stack: any, configuration: any, options: any): (args: any) => Promise<{ output: Output }>;
}

/** Sends a command and throws the product's errors: `await send(rds, new DescribeDBInstancesCommand({}))`. */
export async function send<Output>(
  client: { send(command: any): Promise<unknown> },
  command: Command<Output>,
  translations: Translations = {},
): Promise<Output> {
  try {
    return (await client.send(command)) as Output;
  } catch (error) {
    throw translateError(error, command.constructor.name.replace(/Command$/, ''), translations);
  }
}
