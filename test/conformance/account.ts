import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaledClock } from '../../lib/sandbox/clock.ts';
import { CloudWatchService } from '../../lib/sandbox/cloudwatch/service.ts';
import { ServiceDirectory } from '../../lib/sandbox/context.ts';
import type { Service } from '../../lib/sandbox/contract.ts';
import { EventBridgeService } from '../../lib/sandbox/events/service.ts';
import { IamService } from '../../lib/sandbox/iam/service.ts';
import { KmsService } from '../../lib/sandbox/kms/service.ts';
import { LogsService } from '../../lib/sandbox/logs/service.ts';
import { S3Service } from '../../lib/sandbox/s3/service.ts';
import { SecretsManagerService } from '../../lib/sandbox/secretsmanager/service.ts';
import { SnsService } from '../../lib/sandbox/sns/service.ts';
import { SqsService } from '../../lib/sandbox/sqs/service.ts';
import { StepFunctionsService } from '../../lib/sandbox/stepfunctions/service.ts';
import { loadModel, type OperationModel } from '../../lib/sandbox/wire/model.ts';
import { registry } from '../../lib/sandbox/wire/registry.ts';
import { Endpoint } from '../../lib/sandbox/wire/server.ts';

export const accountId = '111111111111';
export const region = 'eu-central-1';

/** boto3's names of services where they are not the signing names. */
const signingNames: Record<string, string> = { stepfunctions: 'states', cloudwatch: 'monitoring' };

export function signingNameOf(service: string): string {
  return signingNames[service] ?? service;
}

/** A fresh account: the services that run without a network, behind a real endpoint. */
export class Account {
  readonly #services: Service[];
  readonly #endpoint: Endpoint;
  readonly #directory: string;
  readonly #clients = new Map<string, any>();
  #url = '';

  static async open(scale: number): Promise<Account> {
    const account = new Account(scale);
    ({ url: account.#url } = await account.#endpoint.listen());
    for (const service of account.#services) await service.start?.();
    return account;
  }

  private constructor(scale: number) {
    this.#directory = mkdtempSync(join(tmpdir(), 'conformance-'));
    const context = new ServiceDirectory({
      account: accountId,
      region,
      clock: scaledClock(scale),
      directory: this.#directory,
      log: (line) => process.stderr.write(`${line}\n`),
    });
    const events = new EventBridgeService(context);
    this.#services = [
      new S3Service(context),
      new KmsService(context),
      new SecretsManagerService(context),
      new IamService(context),
      new LogsService(context),
      new CloudWatchService(context),
      new SqsService(context, { endpoint: () => this.#url }),
      new SnsService(context),
      new StepFunctionsService(context),
      events,
    ];
    context.onEvent = (event) => events.receive(event);
    const hooked = this.#services.map((service) => context.register(service));
    this.#endpoint = new Endpoint(hooked, context);
  }

  /** Whether the sandbox has the operation; `service` is a signing name. */
  has(service: string, operation: string): boolean {
    return this.#services.some(({ name, operations }) => name === service && operations[operation]);
  }

  /** What the SDK's own client answers. Rejects with the SDK's error. */
  async send(service: string, operation: string, input: object): Promise<any> {
    const exports: any = await registry[service]!.load();
    if (!this.#clients.has(service)) {
      this.#clients.set(
        service,
        new exports[registry[service]!.client]({
          endpoint: this.#url,
          region,
          maxAttempts: 1,
          forcePathStyle: true,
          credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
        }),
      );
    }
    return this.#clients.get(service).send(new exports[`${operation}Command`](input));
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.destroy();
    for (const service of this.#services) await service.stop?.();
    await this.#endpoint.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** The SDK's description of an operation. */
export async function operationModel(service: string, operation: string): Promise<OperationModel> {
  const found = (await loadModel(service))?.operations.get(operation);
  if (!found) throw new Error(`The SDK knows no ${service}:${operation}`);
  return found;
}
