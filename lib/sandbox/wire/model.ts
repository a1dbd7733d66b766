import { NormalizedSchema } from '@smithy/core/schema';
import { registry } from './registry.ts';

/** An operation as the SDK client describes it. */
export interface OperationModel {
  name: string;
  /** The client's schemas, as they are given to its (de)serialisers. */
  input: any;
  output: any;
  /** Method, path template and status, where the protocol is a REST one. */
  http?: [method: string, path: string, status: number];
}

/** What a service's SDK client knows: operations, errors and the protocol it speaks. */
export interface ServiceModel {
  name: string;
  operations: Map<string, OperationModel>;
  /** The client's own protocol object: its codecs are used in the other direction here. */
  protocol: any;
  protocolId: string;
  xmlNamespace: string | undefined;
  /** Whether errors carry the older Query protocol's code in a header. */
  queryCompatible: boolean;
  /** The error's schema, found by shape name or by its code in the Query protocol. */
  errorModel(code: string): ErrorModel | undefined;
}

interface ErrorModel {
  name: string;
  /** What the Query protocol calls it. */
  queryCode: string;
  status: number;
  schema: any;
}

const models = new Map<string, Promise<ServiceModel>>();

/** The model of a service by its signing name; undefined where the registry has none. */
export function loadModel(name: string): Promise<ServiceModel> | undefined {
  const known = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (!known) return undefined;
  let model = models.get(name);
  if (!model) {
    model = known.load().then((exports) => buildModel(name, exports, known.client));
    models.set(name, model);
  }
  return model;
}

function buildModel(name: string, imported: any, clientName: string): ServiceModel {
  const exports = imported.default ?? imported;
  const client = new exports[clientName]({ region: 'us-east-1' });
  const { protocol } = client.config;
  const operations = new Map<string, OperationModel>();
  for (const schema of Object.values(exports)) {
    if (!Array.isArray(schema) || schema[0] !== operationKind) continue;
    const [, , operation, traits, input, output] = schema;
    operations.set(operation, { name: operation, input: input(), output: output(), http: traits?.http });
  }
  return {
    name,
    operations,
    protocol,
    protocolId: protocol.getShapeId(),
    xmlNamespace: client.config.protocolSettings.xmlNamespace,
    queryCompatible: protocol.awsQueryCompatible === true,
    errorModel: errorFinder(protocol.options.errorTypeRegistries ?? []),
  };
}

/** First element of an operation's schema in the SDK's own encoding. */
const operationKind = 9;

function errorFinder(registries: { schemas: Map<string, any> }[]): (code: string) => ErrorModel | undefined {
  const found = new Map<string, ErrorModel>();
  for (const { schemas } of registries) {
    for (const schema of schemas.values()) {
      const traits = NormalizedSchema.of(schema).getMergedTraits() as Record<string, any>;
      if (!traits.error) continue;
      const [queryCode, queryStatus] = traits.awsQueryError ?? [];
      const model = {
        name: schema[2] as string,
        queryCode: queryCode ?? schema[2],
        status: traits.httpError ?? queryStatus ?? (traits.error === 'server' ? 500 : 400),
        schema,
      };
      found.set(model.name, model);
      if (!found.has(model.queryCode)) found.set(model.queryCode, model);
    }
  }
  return (code) => found.get(code);
}
