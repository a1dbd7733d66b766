import { readFileSync } from 'node:fs';
import type { ResourceRequest, ResourceType } from '../resource-type.ts';

const stateMachine: ResourceType = {
  type: 'AWS::StepFunctions::StateMachine',
  honoured: [
    'StateMachineName',
    'DefinitionString',
    'Definition',
    'DefinitionS3Location',
    'DefinitionSubstitutions',
    'RoleArn',
    'StateMachineType',
    'LoggingConfiguration',
    'TracingConfiguration',
    'Tags',
  ],
  withoutEffect: { EncryptionConfiguration: 'histories are in memory' },
  async create(request) {
    const { properties, call } = request;
    const name = request.name(properties.StateMachineName, { limit: 80 });
    const { stateMachineArn } = await call('states', 'CreateStateMachine', {
      name,
      definition: substituted(definition(request), properties.DefinitionSubstitutions ?? {}),
      roleArn: properties.RoleArn,
      type: properties.StateMachineType ?? 'STANDARD',
      ...(properties.LoggingConfiguration && {
        loggingConfiguration: uncapitalised(properties.LoggingConfiguration),
      }),
      ...(properties.TracingConfiguration && {
        tracingConfiguration: uncapitalised(properties.TracingConfiguration),
      }),
      ...(properties.Tags && { tags: uncapitalised(properties.Tags) }),
    });
    return { id: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name } };
  },
};

function definition({ properties, assets }: ResourceRequest): string {
  if (properties.DefinitionString !== undefined) return properties.DefinitionString;
  if (properties.Definition !== undefined) return JSON.stringify(properties.Definition);
  const { Bucket, Key } = properties.DefinitionS3Location ?? {};
  return readFileSync(assets.path(Bucket, Key), 'utf8');
}

/** `${name}` replaced; a name without a value stays, as in AWS, and CreateStateMachine complains. */
function substituted(text: string, values: Record<string, unknown>): string {
  return text.replace(/\$\{([^}]+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** CloudFormation's member names made the API's: first letter small, all the way down. */
function uncapitalised(value: any): any {
  if (Array.isArray(value)) return value.map(uncapitalised);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.charAt(0).toLowerCase() + key.slice(1),
      uncapitalised(each),
    ]),
  );
}

export default [stateMachine];
