import { setTimeout as sleep } from 'node:timers/promises';
import { Account, operationModel, signingNameOf } from './account.ts';
import { firstDifference } from './answers.ts';
import { errorDifference, settled } from './errors.ts';
import { Placeholders } from './placeholders.ts';
import type { AlsoRecorded, Step, StepCase } from './recordings.ts';
import { type Answers, requestOf, valueAt } from './requests.ts';

/** How long a reading call is repeated until it answers as recorded. */
const patienceMs = 7_000;
const messagePatienceMs = 12_000;

/** The first difference between the recorded answers and those of a fresh account; undefined where there is none. */
export async function playSteps(recorded: StepCase, scale: number): Promise<string | undefined> {
  const account = await Account.open(scale);
  try {
    return await new Player(account, recorded, scale).play();
  } finally {
    await account.close();
  }
}

class Player {
  readonly #account: Account;
  readonly #case: StepCase;
  readonly #scale: number;
  readonly #answers: Answers = new Map();
  readonly #placeholders = new Placeholders();
  #started = 0;
  #queues = 0;

  constructor(account: Account, recorded: StepCase, scale: number) {
    this.#account = account;
    this.#case = recorded;
    this.#scale = scale;
  }

  async play(): Promise<string | undefined> {
    for (const step of this.#case.steps) {
      if (step.api === 'Sleep') {
        await sleep((step.params.seconds * 1000) / this.#scale);
        continue;
      }
      const found = await this.#repeated(step);
      if (found) return `step ${step.step} ${step.api}: ${found}`;
    }
    return undefined;
  }

  /** The recordings leave polling out: what only reads is asked again until it answers as recorded. */
  async #repeated(step: Step): Promise<string | undefined> {
    const reads = /\.(Get|Describe|List|Receive)/.test(step.api) && this.#scale > 1;
    const deadline = Date.now() + (step.note ? messagePatienceMs : patienceMs);
    for (;;) {
      const attempt = this.#placeholders.copy();
      const found = await this.#try(step, attempt);
      if (found === undefined) {
        this.#placeholders.adopt(attempt);
        return undefined;
      }
      if (!reads || Date.now() > deadline) return found;
      await sleep(50);
    }
  }

  async #try(step: Step, placeholders: Placeholders): Promise<string | undefined> {
    const [name, operation] = step.api.split('.') as [string, string];
    const service = signingNameOf(name);
    const model = await operationModel(service, operation);
    const input = requestOf(model.input, step.params, this.#answers, placeholders);
    const { answer, error } = await settled(this.#account.send(service, operation, input));
    if (error) {
      // Two groups of one test have become one name in the recording.
      if (operation === 'CreateLogGroup' && error.name === 'ResourceAlreadyExistsException') return undefined;
      if (!step.expect_error) return `recorded success, got ${error.name}: ${error.message}`;
      const found = errorDifference(step, error, placeholders);
      return found ?? this.#alsoRecorded(step, placeholders, error);
    }
    if (step.expect_error)
      return `recorded ${JSON.stringify((step.expected as any)?.Error ?? 'an error')}, got ${JSON.stringify(answer)}`;
    const earlier = this.#answers.get(step.step)?.Messages;
    this.#answers.set(
      step.step,
      earlier ? { ...answer, Messages: [...earlier, ...(answer.Messages ?? [])] } : answer,
    );
    if (operation === 'ReceiveMessage' && step.note && !this.#answers.get(step.step).Messages?.length) {
      return 'no message came';
    }
    if (operation === 'StartExecution') {
      // The recordings name executions by their order where the answer was not kept.
      placeholders.learn(`<ExecArnPart_${this.#started++}idx>`, answer.executionArn.split(':').at(-1));
    }
    if (answer.Attributes?.QueueArn) {
      placeholders.learn('<queue-arn>', answer.Attributes.QueueArn);
      placeholders.learn(`<queue-${++this.#queues}-arn>`, answer.Attributes.QueueArn);
    }
    const { ResponseMetadata, ...expected } = (step.expected ?? {}) as any;
    const found =
      step.expected === undefined ? undefined : firstDifference(expected, plain(answer), placeholders);
    return found ?? this.#alsoRecorded(step, placeholders);
  }

  /** Values that the test took from this step's answer. */
  #alsoRecorded(step: Step, placeholders: Placeholders, error?: Error): string | undefined {
    for (const value of this.#case.also_recorded ?? []) {
      if (value.after_step !== step.step) continue;
      const found = error
        ? exceptionDifference(value, step, error, placeholders)
        : this.#takenDifference(value, placeholders);
      if (found) return `${value.key}: ${found}`;
    }
    return undefined;
  }

  #takenDifference(value: AlsoRecorded, placeholders: Placeholders): string | undefined {
    const from = value.taken_from ?? '';
    const paths = from.startsWith('["step') ? JSON.parse(from) : from.startsWith('step') ? [from] : [];
    if (paths.length === 0) return undefined;
    if (from.startsWith('[')) {
      const taken = paths.map((path: string) => valueAt(this.#answers, path));
      return firstDifference(value.recorded, plain(taken), placeholders);
    }
    const messages = this.#answers.get(Number(/\d+/.exec(from)![0]))?.Messages ?? [''];
    const candidates = from.includes('[*]') ? messages.map((_: unknown, index: number) => index) : [0];
    const found = candidates.map((index: number) => {
      const attempt = placeholders.copy();
      const taken = valueAt(this.#answers, from.replace('[*]', `[${index}]`));
      const difference = firstDifference(value.recorded, plain(taken), attempt);
      if (difference === undefined) placeholders.adopt(attempt);
      return difference;
    });
    return found.includes(undefined) ? undefined : found.at(-1);
  }
}

function exceptionDifference(
  { recorded, taken_from }: AlsoRecorded,
  { api }: Step,
  error: Error,
  placeholders: Placeholders,
): string | undefined {
  if (!taken_from?.startsWith('the error raised')) return undefined;
  const operation = api.split('.')[1];
  const text = `An error occurred (${error.name}) when calling the ${operation} operation: ${error.message}`;
  return firstDifference((recorded as any).exception_value ?? recorded, text, placeholders);
}

/** An answer as data: without the SDK's own members, bytes as text. */
function plain(value: any): any {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => name !== '$metadata' && member !== undefined)
      .map(([name, member]) => [name, plain(member)]),
  );
}
