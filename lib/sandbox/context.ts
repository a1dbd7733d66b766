import { randomBytes, randomUUID } from 'node:crypto';
import type { AwsEvent, CallContext, Clock, Principal, SandboxContext, Service } from './contract.ts';
import { ServiceError } from './contract.ts';

/** One request as a fault hook sees it, before the service does. */
export interface InterceptedRequest {
  service: string;
  operation: string;
  input: any;
  principal: Principal;
  requestId: string;
}

/**
 * Called before each operation, over HTTP and in process alike. Throwing a `ServiceError` makes the operation
 * fail so; waiting delays it; where a function is returned, it is called with the answer before the caller gets
 * that (throwing there loses the answer of something that did happen).
 */
export type Intercept = (request: InterceptedRequest) => unknown;

/** Judges each request by its caller's policies, before the fault hook and the service see it. */
export interface Gate {
  /** Throws the `ServiceError` by which the service refuses. */
  check(request: InterceptedRequest): Promise<void>;
  /** What the caller is told instead of a service's error. */
  conceal(request: InterceptedRequest, error: ServiceError): ServiceError;
}

export interface ContextOptions {
  account: string;
  region: string;
  clock: Clock;
  directory: string;
  log: (line: string) => void;
}

/** The rooms' common ground: calls between services, who is who, and the fault hook. */
export class ServiceDirectory implements SandboxContext {
  readonly account: string;
  readonly region: string;
  readonly clock: Clock;
  readonly directory: string;
  readonly log: (line: string) => void;
  intercept: Intercept | undefined;
  gate: Gate | undefined;
  /** Where events of AWS services go: the default bus. */
  onEvent: ((event: AwsEvent) => void) | undefined;
  readonly #services = new Map<string, Service>();
  readonly #principals = new Map<string, Principal>();
  readonly #owner: Principal;

  constructor(options: ContextOptions) {
    this.account = options.account;
    this.region = options.region;
    this.clock = options.clock;
    this.directory = options.directory;
    this.log = options.log;
    this.#owner = { arn: `arn:aws:iam::${options.account}:root` };
  }

  /** Adds a service and returns it as others shall reach it: with the fault hook before each operation. */
  register(service: Service): Service {
    const operations: Service['operations'] = {};
    for (const [name, operation] of Object.entries(service.operations)) {
      operations[name] = async (input, call) => {
        const request = { ...call, service: service.name, operation: name, input };
        await this.gate?.check(request);
        const after = await this.intercept?.(request);
        const output = await this.#run(() => operation.call(service, input, call), request);
        if (typeof after === 'function') await after(output);
        return output;
      };
    }
    const hooked = { name: service.name, operations };
    this.#services.set(service.name, hooked);
    return hooked;
  }

  async #run<Output>(run: () => Promise<Output>, request: InterceptedRequest): Promise<Output> {
    try {
      return await run();
    } catch (error) {
      throw this.gate && error instanceof ServiceError ? this.gate.conceal(request, error) : error;
    }
  }

  async call<Output = any>(
    service: string,
    operation: string,
    input: unknown,
    principal: Principal = this.#owner,
  ): Promise<Output> {
    const run = this.#services.get(service)?.operations[operation];
    if (run === undefined) {
      const known = this.#services.has(service) ? 'operation' : 'service';
      throw new ServiceError('NotImplemented', `The sandbox has no ${known} ${service}:${operation}`, {
        status: 501,
      });
    }
    const context: CallContext = { principal, requestId: randomUUID() };
    return run(input, context);
  }

  async authorize(service: string, operation: string, input: unknown, principal: Principal): Promise<void> {
    await this.gate?.check({ service, operation, input, principal, requestId: randomUUID() });
  }

  publish(event: AwsEvent): void {
    this.onEvent?.(event);
  }

  credentials(principal: Principal) {
    const accessKeyId = `ASIA${randomBytes(10).toString('hex').toUpperCase().slice(0, 16)}`;
    this.#principals.set(accessKeyId, principal);
    return {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(48).toString('base64'),
    };
  }

  principalOf(accessKeyId: string | undefined): Principal {
    return this.#principals.get(accessKeyId ?? '') ?? this.#owner;
  }
}
