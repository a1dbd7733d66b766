import { type Principal, type SandboxContext, ServiceError } from '../contract.ts';

/** Where an event goes: a rule's target or a schedule's. */
export interface Destination {
  arn: string;
  /** Text of the input. */
  input: string;
  roleArn?: string;
  /** EventBridge may not invoke a function whose policy does not let this rule. */
  ruleArn?: string;
  retry: { attempts: number; maximumAgeSeconds: number };
  deadLetterQueueArn?: string;
  /** A session of the role has this name. */
  session: string;
}

interface Failure {
  code: string;
  message: string;
  /** Asking again cannot help. */
  permanent: boolean;
}

/** Delivers, retries with growing pauses, and lays what was not taken into the dead-letter queue. */
export async function deliver(
  context: SandboxContext,
  destination: Destination,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = context;
  const { attempts, maximumAgeSeconds } = destination.retry;
  const expires = clock.now().getTime() + (maximumAgeSeconds * 1000) / clock.scale;
  for (let retries = 0; ; retries += 1) {
    const failure = await attempt(context, destination);
    if (!failure) return;
    const exhausted = exhaustion(failure, retries >= attempts, clock.now().getTime() >= expires);
    if (exhausted) {
      await giveUp(context, destination, failure, retries, exhausted);
      return;
    }
    await clock.sleep(Math.min(2 ** retries, 900) * 1000, signal);
  }
}

function exhaustion(failure: Failure, noRetries: boolean, tooOld: boolean): string | undefined {
  if (failure.permanent) return 'NotRetryable';
  if (noRetries) return 'MaximumRetryAttempts';
  return tooOld ? 'MaximumEventAgeInSeconds' : undefined;
}

async function attempt(context: SandboxContext, destination: Destination): Promise<Failure | undefined> {
  try {
    await send(context, destination);
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    const status = error instanceof ServiceError ? error.status : 500;
    if (name === 'NoPermissions' || name.startsWith('AccessDenied')) {
      return { code: 'NO_PERMISSIONS', message, permanent: true };
    }
    if (/NotFound|NonExistent|DoesNotExist/.test(name))
      return { code: 'NO_RESOURCE', message, permanent: true };
    return { code: name, message, permanent: status < 500 && !/Throttl|TooManyRequests/.test(name) };
  }
}

async function send(context: SandboxContext, destination: Destination): Promise<void> {
  const { arn, input } = destination;
  const service = arn.split(':')[2];
  switch (service) {
    case 'lambda': {
      if (destination.ruleArn) await mayInvoke(context, arn, destination.ruleArn);
      const Payload = new TextEncoder().encode(input);
      const request = { FunctionName: arn, InvocationType: 'Event', Payload };
      await context.call('lambda', 'Invoke', request, roleSession(context, destination));
      return;
    }
    case 'states':
      await context.call(
        'states',
        'StartExecution',
        { stateMachineArn: arn, input },
        roleSession(context, destination),
      );
      return;
    case 'sqs': {
      const { QueueUrl } = await context.call('sqs', 'GetQueueUrl', { QueueName: arn.split(':')[5] });
      await context.call(
        'sqs',
        'SendMessage',
        { QueueUrl, MessageBody: input },
        roleSession(context, destination),
      );
      return;
    }
    case 'sns':
      await context.call(
        'sns',
        'Publish',
        { TopicArn: arn, Message: input },
        roleSession(context, destination),
      );
      return;
    default:
      throw new ServiceError(
        'TargetNotSupported',
        `The sandbox delivers to lambda, states, sqs and sns, not to ${arn}`,
      );
  }
}

function roleSession(context: SandboxContext, { roleArn, session }: Destination): Principal | undefined {
  if (!roleArn) return undefined;
  const role = roleArn.split('/').at(-1);
  return { arn: `arn:aws:sts::${context.account}:assumed-role/${role}/${session}`, roleArn };
}

/** A rule invokes a function by the function's own policy, not by a role. */
async function mayInvoke(context: SandboxContext, functionArn: string, ruleArn: string): Promise<void> {
  const policy = await context
    .call<{ Policy: string }>('lambda', 'GetPolicy', { FunctionName: functionArn })
    .catch(() => undefined);
  const statements: any[] = policy ? JSON.parse(policy.Policy).Statement : [];
  const allowed = statements.some((statement) => {
    const source = statement.Condition?.ArnLike?.['AWS:SourceArn'];
    const service = statement.Principal?.Service;
    return service === 'events.amazonaws.com' && (source === undefined || source === ruleArn);
  });
  if (allowed) return;
  // Tells a missing function from a missing permission.
  await context.call('lambda', 'GetFunctionConfiguration', { FunctionName: functionArn });
  throw new ServiceError('NoPermissions', `The policy of ${functionArn} does not let ${ruleArn} invoke it`, {
    status: 403,
  });
}

async function giveUp(
  context: SandboxContext,
  destination: Destination,
  failure: Failure,
  retries: number,
  exhausted: string,
): Promise<void> {
  context.log(`not delivered to ${destination.arn}: ${failure.code}: ${failure.message}`);
  if (!destination.deadLetterQueueArn) return;
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const { QueueUrl } = await context.call('sqs', 'GetQueueUrl', {
    QueueName: destination.deadLetterQueueArn.split(':')[5],
  });
  const message = {
    QueueUrl,
    MessageBody: destination.input,
    MessageAttributes: {
      ...(destination.ruleArn && { RULE_ARN: text(destination.ruleArn) }),
      TARGET_ARN: text(destination.arn),
      ERROR_CODE: text(failure.code),
      ERROR_MESSAGE: text(failure.message.slice(0, 1024)),
      ...(exhausted !== 'NotRetryable' && { EXHAUSTED_RETRY_CONDITION: text(exhausted) }),
      RETRY_ATTEMPTS: { DataType: 'Number', StringValue: String(retries) },
    },
  };
  // The queue's own policy lets rules in; a schedule lays it there under its role.
  const principal = destination.ruleArn ? undefined : roleSession(context, destination);
  await context.call('sqs', 'SendMessage', message, principal);
}
