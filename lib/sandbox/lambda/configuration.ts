import { ServiceError } from '../contract.ts';

/** A function as it was created; the host runs it, GetFunction shows it. */
export interface FunctionDefinition {
  name: string;
  arn: string;
  roleArn: string;
  /** `<file>.<export>`, as AWS has it. */
  handler: string;
  runtime: string;
  /** The folder that holds the bundle; the child's LAMBDA_TASK_ROOT. */
  codeDirectory: string;
  timeoutSeconds: number;
  memoryMegabytes: number;
  environment: Record<string, string>;
  description: string;
  /** Security groups of the function's network interface; empty outside a VPC. */
  securityGroupIds: string[];
  subnetIds: string[];
  /** At most so many environments at once; undefined where nothing is reserved. */
  reservedConcurrency: number | undefined;
  logGroup: string;
  /** How console output is written: `Text` has time, request id and level before the message. */
  logFormat: 'Text' | 'JSON';
  /** Console output below this level is not written; only in effect with `JSON`. */
  logLevel: string | undefined;
  tracing: 'Active' | 'PassThrough';
  lastModified: string;
  /** Where an asynchronous invocation goes that failed to the end. */
  asynchronous: { maximumRetryAttempts: number; maximumEventAgeSeconds: number };
  onFailure: string | undefined;
  onSuccess: string | undefined;
  deadLetterTarget: string | undefined;
}

/** Input of CreateFunction as the SDK's client has it, with `Code.ZipFile` replaced by a folder. */
export function parseFunction(input: any, account: string, region: string): FunctionDefinition {
  const name = input.FunctionName;
  if (typeof name !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw invalid(`FunctionName must be 1–64 letters, digits, - or _, got ${JSON.stringify(name)}`);
  }
  const timeoutSeconds = wholeNumber(input.Timeout ?? 3, 'Timeout', 1, 900);
  const runtime = input.Runtime;
  if (!/^nodejs(22|24)\.x$/.test(runtime ?? '')) {
    throw invalid(`The sandbox runs nodejs24.x, got Runtime ${JSON.stringify(runtime)} for function ${name}`);
  }
  if (input.Layers?.length > 0) throw invalid(`The sandbox has no layers; function ${name} wants some`);
  if (input.PackageType === 'Image') throw invalid(`The sandbox runs no images; function ${name} is one`);
  if (typeof input.Code?.directory !== 'string') {
    throw invalid(`Code.directory must be the folder of the bundle of function ${name}`);
  }
  return {
    name,
    arn: `arn:aws:lambda:${region}:${account}:function:${name}`,
    roleArn: input.Role,
    handler: input.Handler,
    runtime,
    codeDirectory: input.Code.directory,
    timeoutSeconds,
    memoryMegabytes: wholeNumber(input.MemorySize ?? 128, 'MemorySize', 128, 10_240),
    environment: { ...input.Environment?.Variables },
    description: input.Description ?? '',
    securityGroupIds: input.VpcConfig?.SecurityGroupIds ?? [],
    subnetIds: input.VpcConfig?.SubnetIds ?? [],
    reservedConcurrency: undefined,
    logGroup: input.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    logFormat: input.LoggingConfig?.LogFormat === 'JSON' ? 'JSON' : 'Text',
    logLevel: input.LoggingConfig?.ApplicationLogLevel,
    tracing: input.TracingConfig?.Mode === 'Active' ? 'Active' : 'PassThrough',
    lastModified: new Date().toISOString().replace('Z', '+0000'),
    asynchronous: { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 },
    onFailure: undefined,
    onSuccess: undefined,
    deadLetterTarget: input.DeadLetterConfig?.TargetArn,
  };
}

/** A function as GetFunctionConfiguration answers it. */
export function describeFunction(definition: FunctionDefinition) {
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Runtime: definition.runtime,
    Role: definition.roleArn,
    Handler: definition.handler,
    Description: definition.description,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMegabytes,
    LastModified: definition.lastModified,
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    Environment: { Variables: definition.environment },
    TracingConfig: { Mode: definition.tracing },
    LoggingConfig: { LogFormat: definition.logFormat, LogGroup: definition.logGroup },
    ...(definition.securityGroupIds.length > 0 && {
      VpcConfig: { SecurityGroupIds: definition.securityGroupIds, SubnetIds: definition.subnetIds },
    }),
    ...(definition.deadLetterTarget && { DeadLetterConfig: { TargetArn: definition.deadLetterTarget } }),
  };
}

function wholeNumber(value: unknown, what: string, least: number, most: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw invalid(`${what} must be a whole number from ${least} to ${most}, got ${JSON.stringify(value)}`);
  }
  return number;
}

function invalid(message: string) {
  return new ServiceError('InvalidParameterValueException', message);
}
