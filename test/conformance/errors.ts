import { firstDifference } from './answers.ts';
import type { Placeholders } from './placeholders.ts';
import type { Step } from './recordings.ts';

type SdkError = Error & Record<string, any>;

/** The answer, its stream of bytes read, or the error. */
export async function settled(
  sent: Promise<any>,
): Promise<{ answer?: any; error?: undefined } | { answer?: undefined; error: SdkError }> {
  try {
    const answer = await sent;
    const body = answer.Body?.transformToString;
    return { answer: body ? { ...answer, Body: await answer.Body.transformToString() } : answer };
  } catch (error) {
    return { error: error as SdkError };
  }
}

/** boto3 calls these by what older protocols do, the SDK for JavaScript leaves them out. */
const otherProtocols = ['Code', 'Message', 'Type', 'QueryErrorCode'];

/** After the sentence of AWS the sandbox may say what it expected and what it got. */
function goesOn(sentence: string, message: string): boolean {
  return sentence.endsWith('.') && message.startsWith(`${sentence} `);
}

/** Some texts are an emulator's own, in the words of Python: only the code is AWS's. */
function isEmulators(message: string): boolean {
  return message.startsWith('Error=ValueError');
}

/** How the SDK's error differs from the recorded one. An answer to HEAD has nothing but its status. */
export function errorDifference(
  { expected, error_mentions }: Step,
  error: SdkError,
  placeholders: Placeholders,
): string | undefined {
  if (error_mentions && !new RegExp(error_mentions).test(`${error.name} ${error.message}`)) {
    return `the error should mention ${error_mentions}, got ${error.message}`;
  }
  const recorded = expected as {
    Error?: Record<string, string>;
    ResponseMetadata?: { HTTPStatusCode: number };
  };
  if (!recorded?.Error) return undefined;
  const status = error.$metadata?.httpStatusCode;
  if (recorded.ResponseMetadata && recorded.ResponseMetadata.HTTPStatusCode !== status) {
    return `status: recorded ${recorded.ResponseMetadata.HTTPStatusCode} ${JSON.stringify(recorded.Error)}, got ${status} ${error.name}: ${error.message}`;
  }
  if (/^\d+$/.test(recorded.Error.Code!)) return undefined;
  const codes = [error.name, error.Code, error.Error?.Code];
  if (!codes.includes(recorded.Error.Code) && !codes.includes(recorded.Error.QueryErrorCode)) {
    return `error: recorded ${JSON.stringify(recorded.Error)}, got ${error.name}: ${error.message}`;
  }
  if (isEmulators(recorded.Error.Message!)) return undefined;
  const members = Object.entries(recorded.Error).filter(([name]) => !otherProtocols.includes(name));
  return (
    (goesOn(recorded.Error.Message!, error.message)
      ? undefined
      : firstDifference(recorded.Error.Message || 'UnknownError', error.message, placeholders)) ??
    members
      .map(([name, value]) => firstDifference(value, error[name] ?? error.Error?.[name], placeholders))
      .find((difference) => difference !== undefined)
  );
}
