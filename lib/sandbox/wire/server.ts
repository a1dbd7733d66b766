import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SandboxContext, type Service, ServiceError } from '../contract.ts';
import { decodeBody } from './body.ts';
import type { WireRequest, WireResponse } from './message.ts';
import { loadModel, type ServiceModel } from './model.ts';
import { type ParsedCall, type Protocol, unsupported } from './protocol.ts';
import { ec2Query, formOf, query } from './query.ts';
import { missingMember } from './required.ts';
import { restJson, restXml } from './rest.ts';
import { cborRpc, jsonRpc } from './rpc.ts';
import { signerOf } from './signature.ts';

/** One HTTP server on 127.0.0.1 for all services: point `AWS_ENDPOINT_URL` at it. */
export class Endpoint {
  readonly #services: Map<string, Service>;
  readonly #context: Pick<SandboxContext, 'principalOf' | 'log'>;
  #server: Server | undefined;

  constructor(services: Service[], context: Pick<SandboxContext, 'principalOf' | 'log'>) {
    this.#services = new Map(services.map((service) => [service.name, service]));
    this.#context = context;
  }

  /** Port 0 takes any free one. */
  async listen(port = 0): Promise<{ url: string; port: number }> {
    const server = createServer(async (message, response) => {
      const requestId = randomUUID();
      const answer = await this.#answer(message, requestId);
      const ids = { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId };
      response.writeHead(answer.status, { ...lengthOf(answer), ...answer.headers, ...ids });
      response.end(message.method === 'HEAD' || isBodiless(answer) ? undefined : answer.body);
    });
    // Clients keep connections open between calls; closing them early would meet a request half-way.
    server.keepAliveTimeout = 120_000;
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${address.port}`, port: address.port };
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async #answer(message: IncomingMessage, requestId: string): Promise<WireResponse> {
    let protocol: Protocol = restXml;
    let model: ServiceModel | undefined;
    let name = 'request';
    try {
      const request = await readRequest(message);
      const signer = signerOf(request);
      model = signer && (await loadModel(signer.service));
      protocol = protocolOf(request, model);
      if (!signer) {
        throw new ServiceError('MissingAuthenticationToken', 'The request carries no AWS signature.', {
          status: 403,
        });
      }
      const service = this.#services.get(signer.service);
      if (!model || !service) throw unsupported(signer.service, operationHint(request));
      const { operation, input } = await parseCall(protocol, request, model);
      name = `${service.name}:${operation.name}`;
      const run = service.operations[operation.name];
      if (!run) throw unsupported(service.name, operation.name);
      const missing = missingMember(operation.input, input);
      if (missing) throw protocol.missingMember(missing);
      const principal = this.#context.principalOf(signer.accessKeyId);
      const output = (await run(input, { principal, requestId })) ?? {};
      return await protocol.respond(operation, output, model, requestId);
    } catch (error) {
      if (error instanceof ServiceError) return protocol.fail(error, model, requestId);
      this.#context.log(`${name} failed inside the sandbox: ${(error as Error)?.stack ?? error}`);
      const failure = new ServiceError('InternalFailure', `The sandbox failed: ${error}`, { status: 500 });
      return protocol.fail(failure, model, requestId);
    }
  }
}

/** What cannot be read at all is the client's mistake, not the sandbox's. */
async function parseCall(protocol: Protocol, request: WireRequest, model: ServiceModel): Promise<ParsedCall> {
  try {
    return await protocol.parse(request, model);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError('SerializationException', `The request could not be read: ${error}`);
  }
}

async function readRequest(message: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name] = String(value);
  const [path = '/', search = ''] = splitOnce(message.url ?? '/', '?');
  return {
    method: message.method ?? 'GET',
    path,
    query: new URLSearchParams(search),
    headers,
    body: decodeBody(Buffer.concat(chunks), headers),
  };
}

const json10 = jsonRpc('1.0');
const json11 = jsonRpc('1.1');

/** Told from the request itself: command lines of different ages speak different protocols to one service. */
function protocolOf(request: WireRequest, model: ServiceModel | undefined): Protocol {
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor') return cborRpc;
  if (request.headers['x-amz-target']) {
    return request.headers['content-type'] === 'application/x-amz-json-1.0' ? json10 : json11;
  }
  if (isForm(request) || request.query.has('Action')) {
    return model?.protocolId === 'aws.protocols#ec2Query' ? ec2Query : query;
  }
  return model?.protocolId === 'aws.protocols#restJson1' ? restJson : restXml;
}

function isForm(request: WireRequest): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
}

function operationHint(request: WireRequest): string {
  const target = request.headers['x-amz-target'];
  if (target) return target.slice(target.lastIndexOf('.') + 1);
  return formOf(request).get('Action') ?? `${request.method} ${request.path}`;
}

function lengthOf(answer: WireResponse): Record<string, string> {
  return isBodiless(answer) ? {} : { 'content-length': String(Buffer.byteLength(answer.body)) };
}

/** Statuses whose answers HTTP forbids to carry a body. */
function isBodiless({ status }: WireResponse): boolean {
  return status === 204 || status === 304;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
