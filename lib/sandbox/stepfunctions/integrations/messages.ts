import { StateFailure } from '../failure.ts';
import type { Json } from '../json.ts';
import { optimisedFailure } from './errors.ts';
import { type Integration, type Pattern, sdkMetadata } from './integration.ts';

interface MessageService {
  /** Signing name. */
  service: string;
  operation: string;
  /** How Step Functions begins the names of its errors, and names it in causes. */
  prefix: string;
  serviceName: string;
}

const messageServices: Record<string, MessageService> = {
  'sns:publish': { service: 'sns', operation: 'Publish', prefix: 'SNS', serviceName: 'AmazonSNS' },
  'sqs:sendMessage': { service: 'sqs', operation: 'SendMessage', prefix: 'SQS', serviceName: 'AmazonSQS' },
  'events:putEvents': {
    service: 'events',
    operation: 'PutEvents',
    prefix: 'EventBridge',
    serviceName: 'AmazonEventBridge',
  },
};

export const messageActions = Object.keys(messageServices);

/** SNS, SQS and EventBridge, which take JSON where the service itself takes text. */
export function sendMessage(action: string, resource: string, pattern: Pattern): Integration {
  const { service, operation, prefix, serviceName } = messageServices[action]!;
  return {
    resourceType: service,
    resource,
    pattern,
    realTime: pattern === 'request',
    async request(args, { host, principal }) {
      let answer: Record<string, Json>;
      try {
        answer = await host.sandbox.call(
          service,
          operation,
          withTextBodies(args as Record<string, Json>),
          principal,
        );
      } catch (error) {
        throw optimisedFailure(prefix, serviceName, error);
      }
      if (answer.FailedEntryCount) throw new StateFailure('EventBridge.FailedEntry', JSON.stringify(answer));
      return { ...answer, ...sdkMetadata() };
    },
  };
}

function withTextBodies(args: Record<string, Json>): Record<string, Json> {
  const body = (value: Json) => (typeof value === 'string' ? value : JSON.stringify(value));
  return {
    ...args,
    ...('Message' in args && { Message: body(args.Message!) }),
    ...('MessageBody' in args && { MessageBody: body(args.MessageBody!) }),
    ...(Array.isArray(args.Entries) && {
      Entries: args.Entries.map((entry) => {
        const { Detail, ...rest } = entry as Record<string, Json>;
        return Detail === undefined ? rest : { ...rest, Detail: body(Detail) };
      }),
    }),
  };
}
