import { Agent, request } from 'node:http';
import { toErrorObject } from './crash.mjs';

/** The documented Runtime API over HTTP: one connection, kept open; `next` waits as long as it takes. */
export class RuntimeApi {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #host;
  #port;

  constructor(address) {
    [this.#host, this.#port] = address.split(':');
  }

  async next() {
    const { headers, body } = await this.#send('GET', 'invocation/next');
    const traceId = headers['lambda-runtime-trace-id'];
    if (traceId) process.env._X_AMZN_TRACE_ID = traceId;
    else delete process.env._X_AMZN_TRACE_ID;
    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    const parse = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
    return {
      event: JSON.parse(body),
      context: {
        callbackWaitsForEmptyEventLoop: true,
        functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
        functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
        memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
        logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
        logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
        invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
        awsRequestId: headers['lambda-runtime-aws-request-id'],
        clientContext: parse('lambda-runtime-client-context'),
        identity: parse('lambda-runtime-cognito-identity'),
        getRemainingTimeInMillis: () => deadline - Date.now(),
      },
    };
  }

  async response(requestId, result) {
    let body;
    try {
      body = JSON.stringify(result === undefined ? null : result);
    } catch (error) {
      error.name = 'Runtime.MarshalError';
      return this.error(requestId, error);
    }
    await this.#send('POST', `invocation/${requestId}/response`, body ?? 'null');
  }

  async error(requestId, error) {
    await this.#sendError(`invocation/${requestId}/error`, error);
  }

  async initError(error) {
    await this.#sendError('init/error', error);
  }

  #sendError(path, error) {
    const shape = toErrorObject(error);
    return this.#send('POST', path, JSON.stringify(shape), {
      'lambda-runtime-function-error-type': shape.errorType,
    });
  }

  #send(method, path, body, headers = {}) {
    return new Promise((resolve, reject) => {
      const options = {
        agent: this.#agent,
        host: this.#host,
        port: this.#port,
        method,
        path: `/2018-06-01/runtime/${path}`,
        headers:
          body === undefined
            ? headers
            : { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      };
      const call = request(options, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }),
        );
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}
