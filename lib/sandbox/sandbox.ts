import { rm } from 'node:fs/promises';
import { scaledClock } from './clock.ts';
import type { DeployedStack } from './cloudformation/service.ts';
import { type Intercept, ServiceDirectory } from './context.ts';
import type { Service, World } from './contract.ts';
import { Authorizer, accountView } from './iam/authorizer.ts';
import { createDirectory, removeAbandoned } from './lifecycle/directory.ts';
import { onTermination } from './lifecycle/signals.ts';
import { startWatchdog } from './lifecycle/watchdog.ts';
import { Network } from './network/network.ts';
import { createServices, type Services } from './services.ts';
import { Endpoint } from './wire/server.ts';

export interface SandboxOptions {
  world: World;
  /** Durations are divided by `scale`, schedules and alarm periods by `recurrenceScale`; timestamps stay true. Default 1. */
  clock?: { scale: number; recurrenceScale?: number };
  /** Where the sandbox makes its own folder, which is removed at the end. Default: the system's for such things. */
  directory?: string;
  /** Of the endpoint. Default: any free one. */
  port?: number;
  log?: (line: string) => void;
  /** Execution environments of Lambda at once, per function and in all. Default 2 and 18: more would only wait for each other on two cores. */
  lambda?: { perFunction?: number; total?: number };
  /** Nominal minutes that every restore takes at least, and seconds between two uploads of WAL. Default 0 and 300. */
  rds?: { restoreMinutes?: number; uploadSeconds?: number };
}

/** A local AWS: deploys a synthesised app and serves it on loopback to the real SDK and the `aws` command. */
export class Sandbox {
  /** URL of the endpoint of all services. */
  readonly endpoint: string;
  readonly #context: ServiceDirectory;
  readonly #services: Services;
  readonly #network: Network;
  readonly #teardown: Teardown;
  readonly #variables: Record<string, string>;

  static async start(options: SandboxOptions): Promise<Sandbox> {
    const log = options.log ?? (() => {});
    for (const directory of await removeAbandoned(options.directory))
      log(`removed what was left in ${directory}`);
    const teardown = new Teardown();
    try {
      return await Sandbox.#start(options, log, teardown);
    } catch (error) {
      await teardown.run().catch(() => {});
      throw error;
    }
  }

  static async #start(
    options: SandboxOptions,
    log: (line: string) => void,
    teardown: Teardown,
  ): Promise<Sandbox> {
    const { world } = options;
    const directory = createDirectory(options.directory);
    teardown.add(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
    teardown.add(startWatchdog(directory));
    teardown.add(onTermination(() => teardown.run()));
    const network = await Network.open(world);
    teardown.add(() => network.close());
    const clock = scaledClock(options.clock?.scale, options.clock?.recurrenceScale);
    const context = new ServiceDirectory({
      account: world.account,
      region: world.region,
      clock,
      directory,
      log,
    });
    let url = '';
    const services = createServices({
      context,
      world,
      network,
      endpoint: () => url,
      limits: options.lambda,
      rds: options.rds,
    });
    const view = accountView(context, services.all);
    context.gate = new Authorizer((roleArn) => services.iam.policyOf(roleArn), view, log);
    const hooked = services.all.map((service) => context.register(service));
    const endpoint = new Endpoint(hooked, context);
    ({ url } = await endpoint.listen(options.port));
    teardown.add(() => endpoint.close());
    for (const service of services.all) {
      const started = Promise.resolve(service.start?.());
      teardown.add(async () => {
        // What is half started cannot be stopped whole.
        await started.catch(() => {});
        await service.stop?.();
      });
      await started;
    }
    context.onEvent = (event) => services.eventBridge.receive(event);
    return new Sandbox({ endpoint: url, context, services, network, teardown });
  }

  private constructor(parts: {
    endpoint: string;
    context: ServiceDirectory;
    services: Services;
    network: Network;
    teardown: Teardown;
  }) {
    this.endpoint = parts.endpoint;
    this.#context = parts.context;
    this.#services = parts.services;
    this.#network = parts.network;
    this.#teardown = parts.teardown;
    const { accessKeyId, secretAccessKey } = parts.context.credentials({
      arn: `arn:aws:iam::${parts.context.account}:root`,
    });
    this.#variables = {
      AWS_ENDPOINT_URL: parts.endpoint,
      AWS_REGION: parts.context.region,
      AWS_DEFAULT_REGION: parts.context.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      // Or a client without keys would ask an address outside this machine for them.
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** Creates what the templates of a `cdk.out` say; by stack name, its outputs and resources. */
  deploy(cdkOutDirectory: string): Promise<Record<string, DeployedStack>> {
    return this.#services.cloudFormation.deploy(cdkOutDirectory);
  }

  /** What the SDK and the `aws` command need in their environment to act as the account's owner here. */
  environment(): Record<string, string> {
    return { ...this.#variables };
  }

  /** A machine of the world: connections that come from it leave from this local address. */
  host(name: string): { address: string } {
    return { address: this.#network.addressOfHost(name) };
  }

  /** The VPC's resolver. */
  get dns(): { address: string; port: number } {
    return this.#services.route53.dnsAddress;
  }

  /** A service's own object, for what its API does not show. `name` is its signing name. */
  service<T extends Service>(name: string): T {
    const found = this.#services.all.find((service) => service.name === name);
    if (found !== undefined) return found as T;
    const names = this.#services.all.map((service) => service.name).join(', ');
    throw new Error(`The sandbox has no service ${name}; it has: ${names}`);
  }

  /** Fault hook: called before every operation of every service, over HTTP and between services alike. */
  get intercept(): Intercept | undefined {
    return this.#context.intercept;
  }

  set intercept(intercept: Intercept | undefined) {
    this.#context.intercept = intercept;
  }

  /** Ends every process, closes every port, removes every file. May be called again. */
  stop(): Promise<void> {
    return this.#teardown.run();
  }
}

/** What is to be undone, newest first; each part is tried whatever became of the others. */
class Teardown {
  #parts: (() => unknown)[] = [];
  #running: Promise<void> | undefined;

  /** Where all is being undone already, so is this, and what was about to follow it ends with an error. */
  add(part: () => unknown): void {
    if (this.#running === undefined) {
      this.#parts.push(part);
      return;
    }
    this.#running = this.#running.then(async () => {
      await part();
    });
    throw new Error('The sandbox was told to stop while it started.');
  }

  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    for (const part of this.#parts.reverse()) {
      try {
        await part();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0)
      throw new AggregateError(errors, `The sandbox did not stop cleanly: ${errors.join('; ')}`);
  }
}
