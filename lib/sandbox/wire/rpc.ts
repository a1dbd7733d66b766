import { CborCodec, cbor } from '@smithy/core/cbor';
import { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceError } from '../contract.ts';
import type { WireResponse } from './message.ts';
import type { ServiceModel } from './model.ts';
import { operationOf, type Protocol, statusOf, textOf, validationError } from './protocol.ts';

/** AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, bodies of JSON. */
export function jsonRpc(version: string): Protocol {
  const headers = { 'content-type': `application/x-amz-json-${version}` };
  return {
    async parse(request, model) {
      const operation = operationOf(model, lastPart(request.headers['x-amz-target'] ?? '', '.'));
      const input =
        request.body.length > 0 ? await model.protocol.deserializer.read(operation.input, request.body) : {};
      return { operation, input: input ?? {} };
    },
    respond(operation, output, model) {
      if (NormalizedSchema.of(operation.output).isUnitSchema()) return { status: 200, headers, body: '{}' };
      return { status: 200, headers, body: write(model.protocol.serializer, operation.output, output) };
    },
    fail(error, model) {
      const codec = model?.protocol.getPayloadCodec();
      const members = structuredError(error, model, (schema, fields) =>
        JSON.parse(textOf(write(codec.createSerializer(), schema, fields))),
      );
      return failure(error, model, headers, JSON.stringify(members));
    },
    missingMember: validationError,
  };
}

const cborCodec = new CborCodec();

/** Smithy RPC v2 with CBOR: newer command lines use it for CloudWatch. */
export const cborRpc: Protocol = {
  async parse(request, model) {
    const operation = operationOf(model, lastPart(request.path, '/'));
    const input =
      request.body.length > 0 ? await cborCodec.createDeserializer().read(operation.input, request.body) : {};
    return { operation, input: input ?? {} };
  },
  respond(operation, output) {
    const unit = NormalizedSchema.of(operation.output).isUnitSchema();
    const body = unit ? cbor.serialize({}) : write(cborCodec.createSerializer(), operation.output, output);
    return { status: 200, headers: cborHeaders, body };
  },
  fail(error, model) {
    const members = structuredError(error, model, (schema, fields) =>
      cbor.deserialize(write(cborCodec.createSerializer(), schema, fields) as Uint8Array),
    );
    return failure(error, model, cborHeaders, cbor.serialize(members));
  },
  missingMember: validationError,
};

const cborHeaders = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };

/** The error's members with its name under `__type`; modelled members go through `encode`, others stay as they are. */
export function structuredError(
  error: ServiceError,
  model: ServiceModel | undefined,
  encode: (schema: any, fields: object) => object,
): Record<string, unknown> {
  const known = model?.errorModel(error.code);
  const members: Record<string, unknown> = { ...error.fields };
  if (known) Object.assign(members, encode(known.schema, error.fields));
  const spelling =
    known && 'Message' in NormalizedSchema.of(known.schema).getMemberSchemas() ? 'Message' : 'message';
  return { __type: known?.name ?? error.code, [spelling]: error.message, ...members };
}

function failure(
  error: ServiceError,
  model: ServiceModel | undefined,
  headers: Record<string, string>,
  body: string | Uint8Array,
): WireResponse {
  const known = model?.errorModel(error.code);
  // The RPC protocols answer 400 whatever status the model has for a client's mistake.
  const status = statusOf(error, known && known.status >= 500 ? known.status : 400);
  const side = status < 500 ? 'Sender' : 'Receiver';
  const compatibility: Record<string, string> = model?.queryCompatible
    ? { 'x-amzn-query-error': `${known?.queryCode ?? error.code};${side}` }
    : {};
  return { status, headers: { ...headers, ...compatibility }, body };
}

function write(serializer: any, schema: unknown, value: unknown): string | Uint8Array {
  serializer.write(schema, value);
  return serializer.flush();
}

function lastPart(text: string, separator: string): string {
  return text.slice(text.lastIndexOf(separator) + 1);
}
