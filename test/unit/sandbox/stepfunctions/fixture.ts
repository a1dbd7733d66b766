import type { AwsEvent, Clock, Principal, SandboxContext } from '../../../../lib/sandbox/contract.ts';
import { StepFunctionsService } from '../../../../lib/sandbox/stepfunctions/service.ts';

export interface Call {
  service: string;
  operation: string;
  input: any;
  principal: Principal | undefined;
}

type Answer = (input: any, call: Call) => unknown;

/** A clock on which nominal durations pass `scale` times faster; it notes them. */
export class ShortClock implements Clock {
  readonly scale: number;
  readonly recurrenceScale: number;
  readonly slept: number[] = [];

  constructor(scale = 1000) {
    this.scale = scale;
    this.recurrenceScale = scale;
  }

  now(): Date {
    return new Date();
  }

  sleep(nominalMs: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(nominalMs);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(resolve, nominalMs / this.scale);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });
  }

  every(): () => void {
    return () => {};
  }
}

/** The service with other services played by functions, named `service.Operation`. */
export class Bench {
  readonly calls: Call[] = [];
  readonly events: AwsEvent[] = [];
  readonly clock: ShortClock;
  readonly service: StepFunctionsService;

  constructor(answers: Record<string, Answer> = {}, clock = new ShortClock()) {
    this.clock = clock;
    const context: SandboxContext = {
      account: '111122223333',
      region: 'eu-central-1',
      clock,
      directory: '/nowhere',
      call: async (service, operation, input, principal) => {
        const call = { service, operation, input, principal };
        this.calls.push(call);
        const answer = answers[`${service}.${operation}`];
        if (!answer) throw new Error(`no answer to ${service}.${operation}`);
        return (await answer(input, call)) as any;
      },
      authorize: async () => {},
      publish: (event) => void this.events.push(event),
      credentials: () => ({ accessKeyId: '', secretAccessKey: '', sessionToken: '' }),
      principalOf: () => ({ arn: 'arn:aws:iam::111122223333:root' }),
      log: () => {},
    };
    this.service = new StepFunctionsService(context);
  }

  /** Calls an operation of the service. */
  async api(operation: string, input: Record<string, unknown> = {}): Promise<any> {
    const context = { principal: { arn: 'arn:aws:iam::111122223333:root' }, requestId: 'request-1' };
    return this.service.operations[operation]!(input, context);
  }

  /** Makes a state machine in JSONata; gives its ARN. */
  async machine(definition: Record<string, unknown>, name = 'machine'): Promise<string> {
    const answer = await this.api('CreateStateMachine', {
      name,
      roleArn: 'arn:aws:iam::111122223333:role/runner',
      definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
    });
    return answer.stateMachineArn;
  }

  async start(stateMachineArn: string, input: unknown = {}, name?: string): Promise<string> {
    return (await this.api('StartExecution', { stateMachineArn, name, input: JSON.stringify(input) }))
      .executionArn;
  }

  /** Waits until an execution has ended; gives its description with the output parsed. */
  async ended(executionArn: string): Promise<any> {
    for (;;) {
      const execution = await this.api('DescribeExecution', { executionArn });
      if (execution.status !== 'RUNNING') {
        return { ...execution, output: execution.output && JSON.parse(execution.output) };
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Runs a machine of these states once, from the first of them. */
  async run(states: Record<string, unknown>, input: unknown = {}): Promise<any> {
    const arn = await this.machine(
      { StartAt: Object.keys(states)[0], States: states },
      `machine-${this.calls.length}`,
    );
    return this.ended(await this.start(arn, input));
  }

  async types(executionArn: string): Promise<string[]> {
    const { events } = await this.api('GetExecutionHistory', { executionArn, maxResults: 1000 });
    return events.map(({ type }: { type: string }) => type);
  }
}

/** What Lambda's Invoke answers when the function returns a value. */
export function returned(value: unknown) {
  return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(value)) };
}

/** What Lambda's Invoke answers when the function throws. */
export function threw(errorType: string | undefined, errorMessage: string) {
  return {
    StatusCode: 200,
    FunctionError: 'Unhandled',
    Payload: Buffer.from(
      JSON.stringify({ errorType, errorMessage, trace: [`${errorType}: ${errorMessage}`] }),
    ),
  };
}

export function payloadOf(input: { Payload: Uint8Array }): any {
  return JSON.parse(Buffer.from(input.Payload).toString());
}
