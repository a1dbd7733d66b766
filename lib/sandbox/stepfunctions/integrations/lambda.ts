import { StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import { optimisedFailure } from './errors.ts';
import { type Integration, type Pattern, sdkMetadata, type TaskCall } from './integration.ts';

interface Answer {
  StatusCode: number;
  Payload: Json;
}

/** `arn:aws:states:::lambda:invoke`, alone or with `.waitForTaskToken`. */
export function lambdaInvoke(resource: string, pattern: Pattern): Integration {
  return {
    resourceType: 'lambda',
    resource,
    pattern,
    realTime: pattern === 'request',
    async request(args, call) {
      const { Payload = {}, ...request } = args as Record<string, Json>;
      const { StatusCode, Payload: result } = await invoke(request, Payload, call);
      return { ExecutedVersion: '$LATEST', Payload: result, StatusCode, ...sdkMetadata() };
    },
  };
}

/** A Lambda function's own ARN as the Resource: arguments are its event, its result is the task's. */
export function lambdaFunction(arn: string): Integration {
  return {
    resourceType: arn,
    pattern: 'request',
    realTime: true,
    async request(args, call) {
      return (await invoke({ FunctionName: arn }, args, call)).Payload;
    },
  };
}

async function invoke(request: Record<string, Json>, payload: Json, call: TaskCall): Promise<Answer> {
  const input = { ...request, Payload: Buffer.from(JSON.stringify(payload)) };
  let answer: { StatusCode?: number; Payload?: Uint8Array; FunctionError?: string };
  try {
    answer = await call.host.sandbox.call('lambda', 'Invoke', input, call.principal);
  } catch (error) {
    throw optimisedFailure('Lambda', 'AWSLambda', error);
  }
  const text = Buffer.from(answer.Payload ?? []).toString('utf8');
  if (answer.FunctionError) throw functionFailure(text);
  return { StatusCode: answer.StatusCode ?? 200, Payload: parseResult(text) };
}

/** The failure of a function that threw: its error type is the name that Retry and Catch match. */
function functionFailure(text: string): StateFailure {
  const { errorType } = (parseResult(text) ?? {}) as { errorType?: Json };
  if (typeof errorType === 'string' && errorType !== '') return new StateFailure(errorType, text);
  return new StateFailure(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${text}`,
  );
}

function parseResult(text: string): Json {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
