import { ServiceError } from '../contract.ts';
import type { WireRequest, WireResponse } from './message.ts';
import type { OperationModel, ServiceModel } from './model.ts';

export interface ParsedCall {
  operation: OperationModel;
  input: Record<string, unknown>;
}

/** One way of writing requests, answers and errors; the server's side of an SDK protocol. */
export interface Protocol {
  /** Throws ServiceError where the request names no operation of the service. */
  parse(request: WireRequest, model: ServiceModel): ParsedCall | Promise<ParsedCall>;
  respond(
    operation: OperationModel,
    output: Record<string, unknown>,
    model: ServiceModel,
    requestId: string,
  ): WireResponse | Promise<WireResponse>;
  fail(error: ServiceError, model: ServiceModel | undefined, requestId: string): WireResponse;
  /** What the service says when a required member is absent. */
  missingMember(path: string): ServiceError;
}

export function unsupported(service: string, operation: string): ServiceError {
  return new ServiceError(
    'UnsupportedOperation',
    `UnsupportedOperation: the sandbox has no ${service}:${operation}`,
    { status: 501 },
  );
}

export function operationOf(model: ServiceModel, name: string): OperationModel {
  const operation = model.operations.get(name);
  if (!operation) throw unsupported(model.name, name);
  return operation;
}

/** The status to answer: the modelled one, unless the service chose another than the default. */
export function statusOf(error: ServiceError, modelled: number | undefined): number {
  return error.status === 400 ? (modelled ?? 400) : error.status;
}

export function validationError(path: string): ServiceError {
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
}

/** A Uint8Array or text as UTF-8 text. */
export function textOf(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
