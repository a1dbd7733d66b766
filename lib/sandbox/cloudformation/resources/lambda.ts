import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pick, type ResourceRequest, type ResourceType } from '../resource-type.ts';

const settings = [
  'Runtime',
  'Role',
  'Handler',
  'Timeout',
  'MemorySize',
  'Environment',
  'Description',
  'VpcConfig',
  'LoggingConfig',
  'TracingConfig',
  'DeadLetterConfig',
  'Layers',
  'PackageType',
] as const;

const lambdaFunction: ResourceType = {
  type: 'AWS::Lambda::Function',
  honoured: ['FunctionName', 'Code', 'ReservedConcurrentExecutions', ...settings],
  withoutEffect: {
    Architectures: 'bundles run on this machine’s processor',
    EphemeralStorage: 'each environment has a folder of its own, as large as the disk',
    KmsKeyArn: 'variables are not encrypted',
    RecursiveLoop: 'loops are not detected',
    RuntimeManagementConfig: 'the runtime is this machine’s Node',
    Tags: 'nothing reads them',
  },
  async create(request) {
    const { properties, name, call } = request;
    const FunctionName = name(properties.FunctionName, { limit: 64 });
    const { FunctionArn } = await call('lambda', 'CreateFunction', {
      ...pick(properties, settings),
      FunctionName,
      Code: { directory: codeDirectory(request, FunctionName) },
    });
    const { ReservedConcurrentExecutions } = properties;
    if (ReservedConcurrentExecutions !== undefined) {
      await call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions });
    }
    return { id: FunctionName, attributes: { Arn: FunctionArn } };
  },
};

function codeDirectory({ properties, assets, context }: ResourceRequest, functionName: string): string {
  const { S3Bucket, S3Key, ZipFile } = properties.Code ?? {};
  if (ZipFile === undefined) return assets.directory(S3Bucket, S3Key);
  const directory = join(context.directory, 'lambda', functionName, 'inline');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'index.js'), ZipFile);
  return directory;
}

const permission: ResourceType = {
  type: 'AWS::Lambda::Permission',
  honoured: ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'],
  async create({ properties, logicalId, call }) {
    await call('lambda', 'AddPermission', { ...properties, StatementId: logicalId });
    return { id: logicalId };
  },
};

const eventInvokeConfig: ResourceType = {
  type: 'AWS::Lambda::EventInvokeConfig',
  honoured: [
    'FunctionName',
    'MaximumRetryAttempts',
    'MaximumEventAgeInSeconds',
    'DestinationConfig',
    'Qualifier',
  ],
  async create({ properties, logicalId, call }) {
    if (properties.Qualifier !== '$LATEST') {
      throw new Error(`The sandbox has the version $LATEST only, got Qualifier ${properties.Qualifier}`);
    }
    await call('lambda', 'PutFunctionEventInvokeConfig', properties);
    return { id: logicalId };
  },
};

export default [lambdaFunction, permission, eventInvokeConfig];
