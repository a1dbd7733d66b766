import type { Json } from '../json.ts';
import { sdkFailure } from './errors.ts';
import type { Integration, Pattern } from './integration.ts';

/** Names of services in `aws-sdk:` resources that differ from the signing name. */
const signingNames: Record<string, string> = {
  sfn: 'states',
  cloudwatch: 'monitoring',
  cloudwatchlogs: 'logs',
  eventbridge: 'events',
};

/** Names by which errors of a service begin, where they are not the service's with one capital. */
const errorPrefixes: Record<string, string> = {
  cloudwatch: 'CloudWatch',
  cloudwatchlogs: 'CloudWatchLogs',
  eventbridge: 'EventBridge',
  secretsmanager: 'SecretsManager',
  servicequotas: 'ServiceQuotas',
  dynamodb: 'DynamoDb',
};

/** Services whose own members begin with a small letter; state machines write all of them with a capital. */
const lowerCamelServices = new Set(['states', 'logs']);

/** `arn:aws:states:::aws-sdk:<service>:<action>`, alone or with `.waitForTaskToken`. */
export function sdkCall(service: string, action: string, resource: string, pattern: Pattern): Integration {
  const signingName = signingNames[service] ?? service;
  const lowerCamel = lowerCamelServices.has(signingName);
  return {
    resourceType: `aws-sdk:${service}`,
    resource,
    pattern,
    realTime: pattern === 'request',
    async request(args, { host, principal }) {
      const input = lowerCamel ? rename(args, (name) => name[0]!.toLowerCase() + name.slice(1)) : args;
      let answer: unknown;
      try {
        answer = await host.sandbox.call(signingName, capital(action), input, principal);
      } catch (error) {
        throw sdkFailure(errorPrefixes[service] ?? capital(service), error);
      }
      const result = toJson(answer ?? {});
      return lowerCamel ? rename(result, capital) : result;
    },
  };
}

function capital(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

/** JSON from an SDK's output: times as RFC 3339, bytes as text. */
function toJson(value: unknown): Json {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(toJson);
  if (value === null || typeof value !== 'object') return value as Json;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => name !== '$metadata' && member !== undefined)
      .map(([name, member]) => [name, toJson(member)]),
  );
}

function rename(value: Json, by: (name: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => rename(item, by));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [by(name), rename(member, by)]));
}
