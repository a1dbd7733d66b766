import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { ServiceError } from '../contract.ts';
import { bucketInPath } from './buckets.ts';
import type { WireRequest, WireResponse } from './message.ts';
import type { OperationModel, ServiceModel } from './model.ts';
import {
  type ParsedCall,
  type Protocol,
  statusOf,
  textOf,
  unsupported,
  validationError,
} from './protocol.ts';
import { routeOf } from './routes.ts';
import { structuredError } from './rpc.ts';
import { element, errorXml } from './xml.ts';

/** REST with bodies of JSON: Lambda, Scheduler. */
export const restJson: Protocol = {
  parse: (request, model) => readCall(request, {}, model),
  respond,
  fail(error, model) {
    const known = model?.errorModel(error.code);
    const { __type, ...members } = structuredError(error, model, (schema, fields) => {
      const serializer = model!.protocol.getPayloadCodec().createSerializer();
      serializer.write(schema, fields);
      return JSON.parse(textOf(serializer.flush()));
    });
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': String(__type) };
    return { status: statusOf(error, known?.status), headers, body: JSON.stringify(members) };
  },
  missingMember: validationError,
};

/** REST with bodies of XML: S3 and Route 53. */
export const restXml: Protocol = {
  parse(request, model) {
    if (model.name !== 's3') return readCall(request, {}, model);
    const { bucket, path } = bucketInPath(request);
    return readCall({ ...request, path }, bucket === undefined ? {} : { Bucket: bucket }, model);
  },
  respond,
  fail(error, model, requestId) {
    const inner = errorXml(error, model);
    const id = element('RequestId', requestId);
    const body =
      model?.name === 's3'
        ? `<Error>${inner}${id}</Error>`
        : `<ErrorResponse><Error>${inner}</Error>${id}</ErrorResponse>`;
    return {
      status: statusOf(error, model?.errorModel(error.code)?.status),
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
    };
  },
  missingMember: (path) =>
    new ServiceError('InvalidRequest', `The request lacks the required member ${path}.`),
};

const scalars = new FromStringShapeDeserializer({
  httpBindings: true,
  timestampFormat: { useTrait: true, default: 5 },
});

async function readCall(
  request: WireRequest,
  known: Record<string, string>,
  model: ServiceModel,
): Promise<ParsedCall> {
  const routed = routeOf(request, model);
  if (!routed) throw unsupported(model.name, `${request.method} ${request.path}`);
  const { operation, labels } = routed;
  const input: Record<string, unknown> = {};
  const schema = NormalizedSchema.of(operation.input);
  if (schema.isUnitSchema()) return { operation, input };
  if (request.body.length > 0) Object.assign(input, await readBody(schema, request.body, model));
  for (const [name, member] of schema.structIterator()) {
    const value = boundValue(name, member, request, labels);
    if (value !== undefined) input[name] = value;
  }
  return { operation, input: { ...input, ...known } };
}

async function readBody(schema: NormalizedSchema, body: Uint8Array, model: ServiceModel): Promise<object> {
  const codec = model.protocol.getPayloadCodec();
  for (const [name, member] of schema.structIterator()) {
    if (!member.getMergedTraits().httpPayload) continue;
    if (member.isBlobSchema()) return { [name]: body };
    if (member.isStringSchema()) return { [name]: textOf(body) };
    return { [name]: await codec.createDeserializer().read(member, body) };
  }
  const hasBodyMembers = [...schema.structIterator()].some(([, member]) => !isBound(member));
  return hasBodyMembers ? ((await codec.createDeserializer().read(schema, body)) ?? {}) : {};
}

function isBound(member: NormalizedSchema): boolean {
  const traits = member.getMergedTraits() as Record<string, any>;
  return Boolean(
    traits.httpLabel ||
      traits.httpQuery ||
      traits.httpHeader ||
      traits.httpQueryParams ||
      typeof traits.httpPrefixHeaders === 'string',
  );
}

function boundValue(
  name: string,
  member: NormalizedSchema,
  { query, headers }: WireRequest,
  labels: Record<string, string>,
): unknown {
  const traits = member.getMergedTraits() as Record<string, any>;
  if (traits.httpLabel) return name in labels ? scalars.read(member, labels[name]!) : undefined;
  if (traits.httpHeader) {
    const text = headers[traits.httpHeader.toLowerCase()];
    return text === undefined ? undefined : scalars.read(member, text);
  }
  if (traits.httpQuery) {
    if (!query.has(traits.httpQuery)) return undefined;
    if (!member.isListSchema()) return scalars.read(member, query.get(traits.httpQuery)!);
    return query.getAll(traits.httpQuery).map((text) => scalars.read(member.getValueSchema(), text));
  }
  if (typeof traits.httpPrefixHeaders === 'string') {
    const prefix = traits.httpPrefixHeaders.toLowerCase();
    const found = Object.entries(headers).filter(([header]) => header.startsWith(prefix));
    if (found.length === 0) return undefined;
    return Object.fromEntries(found.map(([header, text]) => [header.slice(prefix.length), text]));
  }
  return undefined;
}

/**
 * Answers are written by the client's own request writer: what a schema binds to headers and body in one
 * direction it binds in the other too.
 */
async function respond(
  operation: OperationModel,
  output: Record<string, unknown>,
  model: ServiceModel,
): Promise<WireResponse> {
  const mirrored = {
    namespace: '',
    name: operation.name,
    traits: {},
    input: operation.output,
    output: 'unit',
  };
  const noEndpoint = { endpoint: async () => undefined };
  const message = await model.protocol.serializeRequest(mirrored, output, noEndpoint);
  const [, , status] = operation.http!;
  return {
    status: statusIn(output, operation) ?? (output.ContentRange ? 206 : status),
    headers: message.headers,
    body: message.body ?? '',
  };
}

function statusIn(output: Record<string, unknown>, operation: OperationModel): number | undefined {
  const schema = NormalizedSchema.of(operation.output);
  for (const [name, member] of schema.structIterator()) {
    if (member.getMergedTraits().httpResponseCode) return output[name] as number | undefined;
  }
  return undefined;
}
