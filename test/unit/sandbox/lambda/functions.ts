import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaledClock } from '../../../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import type { Service } from '../../../../lib/sandbox/contract.ts';
import { type LambdaOptions, LambdaService } from '../../../../lib/sandbox/lambda/service.ts';
import { LogsService } from '../../../../lib/sandbox/logs/service.ts';

/** A Lambda service on its own, with the sources of its functions as text and every other service a recorder. */
export class FunctionHost {
  readonly directory = mkdtempSync(join(tmpdir(), 'safe-rollback-lambda-test-'));
  readonly calls: { service: string; operation: string; input: any }[] = [];
  readonly context = new ServiceDirectory({
    account: '111122223333',
    region: 'eu-central-1',
    clock: scaledClock(10_000),
    directory: this.directory,
    log: () => {},
  });
  readonly logs = new LogsService(this.context);
  readonly lambda: LambdaService;

  constructor(options: Omit<LambdaOptions, 'endpoint'> = {}) {
    this.lambda = new LambdaService(this.context, { endpoint: () => 'http://127.0.0.1:9', ...options });
    const recorders = {
      sqs: ['GetQueueUrl', 'SendMessage'],
      sns: ['Publish'],
      monitoring: ['PutMetricData'],
    };
    for (const [name, operations] of Object.entries(recorders))
      this.context.register(this.#recorder(name, operations));
    this.context.register(this.logs);
    this.context.register(this.lambda);
  }

  async define(name: string, source: string, settings: object = {}): Promise<void> {
    const codeDirectory = mkdtempSync(join(this.directory, `${name}-`));
    writeFileSync(join(codeDirectory, 'index.mjs'), source);
    await this.context.call('lambda', 'CreateFunction', {
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Role: `arn:aws:iam::111122223333:role/${name}-role`,
      Handler: 'index.handler',
      Code: { directory: codeDirectory },
      Timeout: 10,
      ...settings,
    });
  }

  async invoke(name: string, event: unknown = {}, settings: object = {}) {
    const answer = await this.context.call('lambda', 'Invoke', {
      FunctionName: name,
      Payload: new TextEncoder().encode(JSON.stringify(event)),
      ...settings,
    });
    const text = new TextDecoder().decode(answer.Payload);
    return { ...answer, payload: text === '' ? undefined : JSON.parse(text) };
  }

  async logLines(name: string): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const found = await this.context.call('logs', 'FilterLogEvents', { logGroupName: `/aws/lambda/${name}` });
    return found.events.map((event: { message: string }) => event.message);
  }

  async stop(): Promise<void> {
    await this.lambda.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #recorder(name: string, operations: string[]): Service {
    const record = (operation: string) => async (input: any) => {
      this.calls.push({ service: name, operation, input });
      return operation === 'GetQueueUrl' ? { QueueUrl: `http://127.0.0.1/${input.QueueName}` } : {};
    };
    return { name, operations: Object.fromEntries(operations.map((each) => [each, record(each)])) };
  }
}
