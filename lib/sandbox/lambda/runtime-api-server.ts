import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Invocation } from './invocation.ts';

const prefix = '/2018-06-01/runtime/';

/** The host's side of the documented Lambda Runtime API, for one environment. */
export class RuntimeApiServer {
  readonly address: string;
  /** The child asks for work. */
  onNext: () => void = () => {};
  onAnswer: (requestId: string, body: string, failed: boolean) => 'accepted' | 'unknown' | 'too large' = () =>
    'unknown';
  onInitialisationError: (body: string) => void = () => {};
  #server: Server;
  #waiting: ServerResponse | undefined;

  static async listen(): Promise<RuntimeApiServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RuntimeApiServer(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    // `next` waits for as long as there is no work.
    server.requestTimeout = 0;
    server.keepAliveTimeout = 0;
    server.on('request', (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  get waiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Answers the child's `next` with an invocation. */
  send(invocation: Invocation, deadline: number): void {
    const response = this.#waiting;
    if (response === undefined) throw new Error('The environment has not asked for work');
    this.#waiting = undefined;
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.requestId,
      'lambda-runtime-deadline-ms': String(deadline),
      'lambda-runtime-invoked-function-arn': invocation.functionArn,
      'lambda-runtime-trace-id': invocation.traceId,
    });
    response.end(invocation.payload);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) {
      this.#server.close();
      await once(this.#server, 'close');
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.startsWith(prefix) ? request.url.slice(prefix.length) : '';
    if (request.method === 'GET' && path === 'invocation/next') {
      this.#waiting = response;
      response.on('close', () => {
        if (this.#waiting === response) this.#waiting = undefined;
      });
      this.onNext();
      return;
    }
    const body = await text(request);
    const [, requestId, kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method === 'POST' && path === 'init/error') {
      this.onInitialisationError(body);
      reply(response, 202, { status: 'OK' });
    } else if (request.method === 'POST' && requestId !== undefined) {
      const result = this.onAnswer(requestId, body, kind === 'error');
      if (result === 'accepted') reply(response, 202, { status: 'OK' });
      else if (result === 'too large') reply(response, 413, { errorType: 'RequestEntityTooLarge' });
      else
        reply(response, 400, { errorType: 'InvalidRequestID', errorMessage: `No invocation ${requestId}` });
    } else {
      reply(response, 404, { errorType: 'NotFound', errorMessage: `${request.method} ${request.url}` });
    }
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
