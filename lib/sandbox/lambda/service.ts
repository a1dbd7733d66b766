import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Operation, SandboxContext, Service } from '../contract.ts';
import { ServiceError } from '../contract.ts';
import { runAsynchronously } from './asynchronous.ts';
import { describeFunction, type FunctionDefinition, parseFunction } from './configuration.ts';
import { EnvironmentPool, type PoolLimits } from './environment-pool.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import type { Invocation, InvocationHook } from './invocation.ts';
import { LogWriter } from './log-writer.ts';
import { readPayload } from './payload.ts';
import { FunctionPolicies } from './policies.ts';
import { newTraceId } from './trace-id.ts';
import { environmentVariables, roleSession } from './variables.ts';

export interface LambdaOptions {
  /** URL of the sandbox's endpoint, known once it listens. */
  endpoint: () => string;
  /** The VPC: which address a function's network interface has, and its resolver. */
  network?: {
    addressFor(securityGroupIds: string[]): string | Promise<string>;
    resolver(): { address: string; port: number } | undefined;
  };
  limits?: Partial<PoolLimits>;
}

/** Lambda: functions run as child processes behind the Runtime API. */
export class LambdaService implements Service {
  readonly name = 'lambda';
  readonly operations: Record<string, Operation>;
  /** Crash tests: asked before each invocation what shall go wrong with it. */
  onInvoke: InvocationHook | undefined;
  readonly #context: SandboxContext;
  readonly #options: LambdaOptions;
  readonly #functions = new Map<string, FunctionDefinition>();
  readonly #coldStarts = new Map<string, number[]>();
  readonly #pool: EnvironmentPool;
  readonly #policies = new FunctionPolicies();
  readonly #stopping = new AbortController();

  constructor(context: SandboxContext, options: LambdaOptions) {
    this.#context = context;
    this.#options = options;
    const limits = { perFunction: 2, total: 18, ...options.limits };
    this.#pool = new EnvironmentPool(limits, (definition, changed) => this.#start(definition, changed));
    this.operations = {
      CreateFunction: (input) => this.#create(input),
      Invoke: (input) => this.#invoke(input),
      GetFunction: async (input) => {
        const definition = this.#find(input.FunctionName);
        return { Configuration: describeFunction(definition), Code: { RepositoryType: 'S3' } };
      },
      GetFunctionConfiguration: async (input) => describeFunction(this.#find(input.FunctionName)),
      ListFunctions: async () => ({ Functions: [...this.#functions.values()].map(describeFunction) }),
      PutFunctionConcurrency: async (input) => {
        this.#find(input.FunctionName).reservedConcurrency = input.ReservedConcurrentExecutions;
        return { ReservedConcurrentExecutions: input.ReservedConcurrentExecutions };
      },
      PutFunctionEventInvokeConfig: async (input) => this.#configureAsynchronous(input),
      AddPermission: async (input) => this.#policies.add(this.#find(input.FunctionName), input),
      GetPolicy: async (input) => this.#policies.get(this.#find(input.FunctionName)),
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The sandbox is stopping'));
    await this.#pool.stop();
  }

  /** Milliseconds from spawn to the handler's first event, by function name, one number per cold start. */
  coldStarts(): Record<string, number[]> {
    return Object.fromEntries(this.#coldStarts);
  }

  /** Whether an invocation of this function is under way or waiting. */
  isBusy(functionArn: string): boolean {
    const definition = [...this.#functions.values()].find(({ arn }) => arn === functionArn);
    return definition !== undefined && this.#pool.load(definition) > 0;
  }

  /** Kills every environment of a function, busy or not, as when its host is lost. */
  kill(functionName: string): void {
    for (const environment of this.#pool.environments(functionName)) environment.kill();
  }

  async #create(input: any) {
    const definition = parseFunction(input, this.#context.account, this.#context.region);
    if (this.#functions.has(definition.name)) {
      throw new ServiceError('ResourceConflictException', `Function already exist: ${definition.name}`, {
        status: 409,
      });
    }
    this.#functions.set(definition.name, definition);
    return describeFunction(definition);
  }

  #configureAsynchronous(input: any) {
    const definition = this.#find(input.FunctionName);
    definition.asynchronous = {
      maximumRetryAttempts: input.MaximumRetryAttempts ?? 2,
      maximumEventAgeSeconds: input.MaximumEventAgeInSeconds ?? 21_600,
    };
    definition.onFailure = input.DestinationConfig?.OnFailure?.Destination;
    definition.onSuccess = input.DestinationConfig?.OnSuccess?.Destination;
    return { FunctionArn: definition.arn, ...input };
  }

  #find(nameOrArn: string): FunctionDefinition {
    const name = /^(?:arn:aws:lambda:[^:]*:[^:]*:function:)?([^:]+)(?::[^:]+)?$/.exec(nameOrArn ?? '')?.[1];
    const definition = this.#functions.get(name ?? '');
    if (definition === undefined) {
      const { account, region } = this.#context;
      const arn = nameOrArn?.startsWith('arn:')
        ? nameOrArn
        : `arn:aws:lambda:${region}:${account}:function:${nameOrArn}`;
      throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, {
        status: 404,
        fields: { Type: 'User' },
      });
    }
    return definition;
  }

  async #invoke(input: any) {
    const definition = this.#find(input.FunctionName);
    const type = input.InvocationType ?? 'RequestResponse';
    const payload = readPayload(input.Payload, type);
    if (type === 'DryRun') return { StatusCode: 204 };
    const invocation: Invocation = {
      requestId: randomUUID(),
      functionArn: definition.arn,
      payload,
      traceId: newTraceId(),
    };
    if (type === 'Event') {
      const run = () => this.#run(definition, invocation);
      const { signal } = this.#stopping;
      runAsynchronously({ context: this.#context, definition, invocation, run, signal }).catch((error) => {
        if (!signal.aborted) this.#context.log(`event for ${definition.name} not run: ${error.message}`);
      });
      return { StatusCode: 202, Payload: new Uint8Array() };
    }
    this.#throttle(definition);
    const outcome = await this.#run(definition, invocation);
    return {
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: new TextEncoder().encode(outcome.payload),
      ...(outcome.functionError && { FunctionError: outcome.functionError }),
      ...(input.LogType === 'Tail' && {
        LogResult: Buffer.from(outcome.log.join('\n')).subarray(-4096).toString('base64'),
      }),
    };
  }

  /** What exceeds the reserved concurrency is refused at once; AWS keeps retrying asynchronous events itself. */
  #throttle(definition: FunctionDefinition): void {
    const { reservedConcurrency } = definition;
    if (reservedConcurrency === undefined || this.#pool.load(definition) < reservedConcurrency) return;
    throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', {
      status: 429,
      fields: { Type: 'User', Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
  }

  #run(definition: FunctionDefinition, invocation: Invocation) {
    const { requestId, payload } = invocation;
    const fault = this.onInvoke?.({ functionName: definition.name, requestId, event: JSON.parse(payload) });
    return this.#pool.run(definition, invocation, fault);
  }

  async #start(definition: FunctionDefinition, changed: () => void): Promise<ExecutionEnvironment> {
    const id = randomBytes(16).toString('hex');
    const { directory } = this.#context;
    const temporaryDirectory = join(directory, 'lambda', definition.name, id);
    mkdirSync(temporaryDirectory, { recursive: true });
    const logStream = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${id}`;
    const logs = new LogWriter(
      this.#context,
      roleSession(this.#context, definition),
      definition.logGroup,
      logStream,
    );
    await logs.open();
    const endpoint = this.#options.endpoint();
    return ExecutionEnvironment.start({
      definition,
      directory,
      variables: environmentVariables({
        context: this.#context,
        definition,
        endpoint,
        logStream,
        temporaryDirectory,
        compileCache: join(directory, 'lambda', 'compile-cache'),
      }),
      network: await this.#networkOf(definition, endpoint),
      onLine: (line) => logs.write(line),
      onIdle: changed,
      onExit: () => {
        changed();
        rm(temporaryDirectory, { recursive: true, force: true }).catch(() => {});
      },
      onColdStart: (milliseconds) => {
        const known = this.#coldStarts.get(definition.name) ?? [];
        this.#coldStarts.set(definition.name, [...known, milliseconds]);
      },
    });
  }

  async #networkOf(definition: FunctionDefinition, endpoint: string) {
    const { network } = this.#options;
    if (network === undefined || definition.securityGroupIds.length === 0) return undefined;
    const server = network.resolver();
    return {
      address: await network.addressFor(definition.securityGroupIds),
      resolver: server && `${server.address}:${server.port}`,
      direct: [new URL(endpoint).host],
    };
  }
}
