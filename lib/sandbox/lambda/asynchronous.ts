import type { SandboxContext } from '../contract.ts';
import type { FunctionDefinition } from './configuration.ts';
import type { Invocation, Outcome } from './invocation.ts';
import { roleSession } from './variables.ts';

/** AWS waits one minute before the first retry of a function error and two before the second. */
const retryDelaysMs = [60_000, 120_000];

interface AsynchronousOptions {
  context: SandboxContext;
  definition: FunctionDefinition;
  invocation: Invocation;
  run: () => Promise<Outcome>;
  signal: AbortSignal;
}

/** Runs an event until it succeeds or its retries are used up, then tells the function's destination. */
export async function runAsynchronously(options: AsynchronousOptions): Promise<void> {
  const { context, definition, run, signal } = options;
  const { maximumRetryAttempts } = definition.asynchronous;
  let outcome = await run();
  let invocations = 1;
  while (outcome.functionError && invocations <= maximumRetryAttempts && !signal.aborted) {
    await context.clock.sleep(retryDelaysMs[invocations - 1] ?? 120_000, signal);
    outcome = await run();
    invocations += 1;
  }
  if (signal.aborted) return;
  if (!outcome.functionError) {
    if (definition.onSuccess)
      await deliver(options, definition.onSuccess, record(options, outcome, invocations));
    return;
  }
  if (definition.onFailure)
    await deliver(options, definition.onFailure, record(options, outcome, invocations));
  if (definition.deadLetterTarget) await deadLetter(options, definition.deadLetterTarget, outcome);
}

/** The invocation record that AWS hands to a destination. */
function record({ definition, invocation }: AsynchronousOptions, outcome: Outcome, invocations: number) {
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: invocation.requestId,
      functionArn: `${definition.arn}:$LATEST`,
      condition: outcome.functionError ? 'RetriesExhausted' : 'Success',
      approximateInvokeCount: invocations,
    },
    requestPayload: JSON.parse(invocation.payload),
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      ...(outcome.functionError && { functionError: outcome.functionError }),
    },
    responsePayload: JSON.parse(outcome.payload),
  };
}

async function deadLetter(options: AsynchronousOptions, arn: string, outcome: Outcome): Promise<void> {
  const { errorMessage } = JSON.parse(outcome.payload);
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  await deliver(options, arn, JSON.parse(options.invocation.payload), {
    RequestID: text(options.invocation.requestId),
    ErrorCode: { DataType: 'Number', StringValue: '200' },
    ErrorMessage: text(String(errorMessage).slice(0, 1024)),
  });
}

/** Under the function's own role, whose policies must allow it. */
async function deliver(
  { context, definition }: AsynchronousOptions,
  arn: string,
  body: object,
  attributes?: Record<string, { DataType: string; StringValue: string }>,
): Promise<void> {
  const service = arn.split(':')[2];
  const message = JSON.stringify(body);
  const role = roleSession(context, definition);
  const call = (operation: string, input: object) => context.call(service!, operation, input, role);
  if (service === 'sqs') {
    const { QueueUrl } = await context.call('sqs', 'GetQueueUrl', { QueueName: arn.split(':')[5] });
    const attributed = attributes && { MessageAttributes: attributes };
    await call('SendMessage', { QueueUrl, MessageBody: message, ...attributed });
  } else if (service === 'sns') {
    await call('Publish', {
      TopicArn: arn,
      Message: message,
      ...(attributes && { MessageAttributes: attributes }),
    });
  } else if (service === 'lambda') {
    const Payload = new TextEncoder().encode(message);
    await call('Invoke', { FunctionName: arn, InvocationType: 'Event', Payload });
  } else {
    context.log(`function ${definition.name}: a destination like ${arn} is not one the sandbox delivers to`);
  }
}
