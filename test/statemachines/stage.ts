import { Bench, payloadOf, returned, ShortClock, threw } from '../unit/sandbox/stepfunctions/fixture.ts';
import { definition } from './definitions.ts';

export interface StepCall {
  step: string;
  run?: any;
  lane: { name: string; seq: number; hash: string } | null;
  shard?: string;
  input: any;
  attempt: number;
}

/** Plays one step: its result, or an error to throw. Called again it may answer otherwise. */
export type Play = (call: StepCall) => unknown;

export const run = {
  id: '20261122T030405Z-0123456789abcdef',
  cluster: 'orders',
  epoch: 1,
  mode: 'execute',
  class: 'data',
  incident: 'orders-20261122T030000Z',
  commander: 'alarm',
  execution: 'arn:aws:states:eu-central-1:111122223333:execution:rollback:one',
};

export class Failure {
  readonly name: string;
  readonly message: string;

  constructor(name: string, message = `${name} happened`) {
    this.name = name;
    this.message = message;
  }
}

const joined = { total: 4, ok: 4, failedCount: 0, failed: [] };

/** Every step as it goes when nothing goes wrong: an hour of restore, an hour until the first backup. */
const wellPlayed: Record<string, Play> = {
  Declare: ({ input }) => ({ stale: false, run: { ...run, mode: input.request.mode ?? 'execute' } }),
  CheckPreconditions: () => preconditions('preauthorise'),
  DescribeClone: ({ input }) => ({ available: input.waitedSeconds >= 3600 }),
  ReadParity: ({ input }) => ({ next: input.waitedSeconds < 30 ? 'apply' : 'done' }),
  WarmUp: ({ input }) => ({ done: input.part === 1, cursor: { page: input.part } }),
  ValidateShard: () => ({ done: true }),
  RemoveClones: () => ({ remaining: 0 }),
  LowerTtl: () => ({ waitSeconds: 120 }),
  MoveNames: () => ({ change: 'C1' }),
  RestoreNames: () => ({ change: 'C2' }),
  CheckInSync: ({ input }) => ({ inSync: input.waitedSeconds >= 30 }),
  GuardTraffic: ({ input }) => ({ done: input.waitedSeconds >= 120, waitSeconds: 60 }),
  DescribeRestorable: ({ input }) => ({ restorable: input.waitedSeconds >= 3600 }),
  Join: () => joined,
  TakeOver: () => ({ direction: 'reverse', waitSeconds: 0, run: { ...run, epoch: 2 } }),
};

export function preconditions(next: string, more: Record<string, unknown> = {}) {
  return {
    next,
    restorePoint: '2026-11-22T03:00:00Z',
    why: 'given',
    freezeFirst: false,
    shards: 4,
    canary: 1,
    others: 3,
    waves: 2,
    wavePauseSeconds: 10,
    approvalTimeoutSeconds: 1800,
    ...more,
  };
}

/** The three machines on the sandbox's Step Functions, every function played. */
export class Stage {
  readonly bench: Bench;
  readonly calls: StepCall[] = [];
  private readonly seq = new Map<string, number>();

  constructor(plays: Record<string, Play> = {}, items: Record<string, string[]> = {}, scale = 40_000) {
    const lists: Record<string, string[]> = {
      all: ['shard-0', 'shard-1', 'shard-2', 'shard-3'],
      canary: ['shard-0'],
      others: ['shard-1', 'shard-2', 'shard-3'],
      'wave-0': ['shard-0'],
      'wave-1': ['shard-1', 'shard-2', 'shard-3'],
      ...items,
    };
    this.bench = new Bench(
      {
        'lambda.Invoke': (input) => this.answer(payloadOf(input), plays),
        's3.GetObject': ({ Key }) => {
          const list = lists[/items\/(.+)\.json$/.exec(Key)![1]!]!;
          return { Body: Buffer.from(JSON.stringify(list.map((shard) => ({ shard })))) };
        },
      },
      new ShortClock(scale),
    );
  }

  /** Starts the rollback, or the machine named, and waits for its end. */
  async play(input: Record<string, unknown> = { reason: 'bad deploy' }, machine = 'rollback') {
    for (const name of ['rollback', 'shard-restore', 'recover'] as const) {
      await this.bench.machine(definition(name), name);
    }
    const arn = await this.bench.start(
      `arn:aws:states:eu-central-1:111122223333:stateMachine:${machine}`,
      input,
      'one',
    );
    const ended = await this.bench.ended(arn);
    return { arn, ...ended };
  }

  steps(): string[] {
    return this.calls.map(({ step, shard }) => (shard ? `${step} ${shard}` : step));
  }

  async stop(): Promise<void> {
    await this.bench.service.stop();
  }

  private async answer(call: StepCall, plays: Record<string, Play>) {
    this.calls.push(call);
    const play = plays[call.step] ?? wellPlayed[call.step];
    const result = play ? await play(call) : {};
    if (result instanceof Failure) return threw(result.name, result.message);
    const lane = call.lane ?? { name: 'main', seq: -1, hash: '0'.repeat(64) };
    const seq = (this.seq.get(lane.name) ?? lane.seq) + 1;
    this.seq.set(lane.name, seq);
    return returned({ lane: { ...lane, seq, hash: 'a'.repeat(64) }, result: result ?? {} });
  }
}
