import type { Principal, SandboxContext } from '../contract.ts';
import type { FunctionDefinition } from './configuration.ts';

interface VariableOptions {
  context: SandboxContext;
  definition: FunctionDefinition;
  endpoint: string;
  logStream: string;
  temporaryDirectory: string;
  compileCache: string;
}

/** The session of its role that a function works in, and Lambda in its name. */
export function roleSession(context: SandboxContext, definition: FunctionDefinition): Principal {
  const role = definition.roleArn.split('/').at(-1);
  return {
    arn: `arn:aws:sts::${context.account}:assumed-role/${role}/${definition.name}`,
    roleArn: definition.roleArn,
  };
}

/** A child's whole environment: AWS's reserved variables and the function's own, nothing of ours. */
export function environmentVariables(options: VariableOptions): Record<string, string> {
  const { context, definition } = options;
  const keys = context.credentials(roleSession(context, definition));
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    TMPDIR: options.temporaryDirectory,
    NODE_COMPILE_CACHE: options.compileCache,
    AWS_ENDPOINT_URL: options.endpoint,
    ...definition.environment,
    _HANDLER: definition.handler,
    LAMBDA_TASK_ROOT: definition.codeDirectory,
    AWS_REGION: context.region,
    AWS_DEFAULT_REGION: context.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: options.logStream,
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat,
    ...(definition.logLevel && { AWS_LAMBDA_LOG_LEVEL: definition.logLevel }),
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken,
  };
}
