import { afterEach, describe, expect, test } from '@jest/globals';
import { Failure, type Play, preconditions, run, Stage } from './stage.ts';

let stage: Stage;
afterEach(() => stage.stop());

function set(plays: Record<string, Play> = {}, items: Record<string, string[]> = {}) {
  stage = new Stage(plays, items);
  return stage;
}

const first = (step: string) => stage.steps().findIndex((one) => one === step || one.startsWith(`${step} `));
const last = (step: string) =>
  stage.steps().findLastIndex((one) => one === step || one.startsWith(`${step} `));
const count = (step: string) => stage.calls.filter((call) => call.step === step).length;

describe('when nothing goes wrong', () => {
  test('goes through every part in the runbook’s order', async () => {
    const { status, output } = await set().play();

    expect({ status, output }).toEqual({
      status: 'SUCCEEDED',
      output: {
        run: run.id,
        outcome: 'completed',
        restorePoint: '2026-11-22T03:00:00Z',
        why: 'given',
        plan: `s3://control/runs/${run.id}/plan.json`,
      },
    });
    const order = [
      'Declare',
      'CheckPreconditions',
      'RecordPreauthorisation',
      'StartClone',
      'ValidateAcrossShards',
      'LowerTtl',
      'CloseNetwork',
      'PrepareClone',
      'MoveNames',
      'CheckInSync',
      'ProveNames',
      'RecordPointOfNoReturn',
      'OpenNetwork',
      'GuardTraffic',
      'RotateCredentials',
      'DescribeRestorable',
      'RestoreTtl',
      'Close',
      'Seal',
    ];
    expect(order.map(first)).toEqual(order.map(first).toSorted((one, other) => one - other));
    expect(order.filter((step) => first(step) < 0)).toEqual([]);
  });

  test('the canary is validated before any other shard is cloned, and opened a wave before them', async () => {
    await set().play();

    const steps = stage.steps();
    expect(steps.indexOf('ValidateShard shard-0')).toBeLessThan(steps.indexOf('StartClone shard-1'));
    expect(steps.indexOf('OpenShard shard-0')).toBeLessThan(steps.indexOf('OpenShard shard-1'));
    expect(last('FenceShard')).toBeLessThan(first('MoveNames'));
  });

  test('every lane begins at its fork, and every shard’s lane is ended', async () => {
    await set().play();

    const begun = stage.calls.find(({ step, shard }) => step === 'StartClone' && shard === 'shard-2')!;
    expect(begun.lane).toEqual({ name: 'restore.shard-2', seq: -1, hash: 'a'.repeat(64) });
    expect(count('FinishLane')).toBe(4 * 4);
  });

  test('histories stay small: the parent’s, and a shard’s with a restore of three hours', async () => {
    const restore: Play = ({ input }) => ({ available: input.waitedSeconds >= 3 * 3600 });
    const { arn } = await set({ DescribeClone: restore }).play();

    const shard = arn.replace(':rollback:one', `:shard-restore:${run.id}-shard-2`);
    expect((await stage.bench.types(arn)).length).toBeLessThanOrEqual(250 + 10 * 4);
    expect((await stage.bench.types(shard)).length).toBeLessThanOrEqual(400);
  });

  test('a cluster of canaries only has no others to restore', async () => {
    const { status } = await set(
      {
        CheckPreconditions: () => preconditions('preauthorise', { canary: 4, others: 0 }),
      },
      { canary: ['shard-0', 'shard-1', 'shard-2', 'shard-3'], others: [] },
    ).play();

    expect(status).toBe('SUCCEEDED');
    expect(count('StartClone')).toBe(4);
  });

  test('mode plan ends with the plan, mode drill with its clones removed', async () => {
    const planned = await set({ CheckPreconditions: () => preconditions('plan') }).play();
    expect(planned.output).toMatchObject({ run: run.id, outcome: 'planned' });
    expect(count('Fork')).toBe(0);
    await stage.stop();

    const drilled = await set().play({ reason: 'practice', mode: 'drill' });
    expect(drilled.output).toMatchObject({ run: run.id, outcome: 'drilled' });
    expect(first('RemoveClones')).toBeGreaterThan(first('ValidateAcrossShards'));
    expect(count('LowerTtl') + count('FenceShard')).toBe(0);
  });

  test('a policy that freezes at the declaration fences before it clones, and only once', async () => {
    const freeze = () => preconditions('preauthorise', { freezeFirst: true });
    const { status } = await set({ CheckPreconditions: freeze }).play();

    expect(status).toBe('SUCCEEDED');
    expect(last('FenceShard')).toBeLessThan(first('StartClone'));
    expect(count('FenceShard')).toBe(4);
  });

  test('waits for a restore point that is not restorable yet, and keeps to it', async () => {
    const check: Play = ({ input }) =>
      input.waitedSeconds < 100
        ? { next: 'wait', waitSeconds: 60, restorePoint: '2026-11-22T03:00:00Z', why: 'given' }
        : preconditions('preauthorise');
    const { status } = await set({ CheckPreconditions: check }).play();

    expect(status).toBe('SUCCEEDED');
    const asked = stage.calls.filter(({ step }) => step === 'CheckPreconditions').map(({ input }) => input);
    expect(asked.map(({ waitedSeconds, restorePoint }) => [waitedSeconds, restorePoint])).toEqual([
      [0, null],
      [60, '2026-11-22T03:00:00Z'],
      [120, '2026-11-22T03:00:00Z'],
    ]);
  });

  test('a lock left by an ended run is recovered first', async () => {
    const stale = { stale: true, staleRun: 'old', staleExecution: 'arn:old', recoveryName: 'old-stale-1' };
    const declare: Play = ({ input }) => (input.afterRecovery ? { stale: false, run } : stale);
    const { status } = await set({ Declare: declare }).play();

    expect(status).toBe('SUCCEEDED');
    expect(stage.calls.find(({ step }) => step === 'TakeOver')!.input).toMatchObject({
      run: 'old',
      by: 'stale',
    });
  });
});

describe('a person decides', () => {
  const ask = () => preconditions('approve');

  test('the votes that come back are judged, then the run goes on', async () => {
    const request: Play = ({ input }) => {
      const output = JSON.stringify({ votes: [{ person: 'ada', decision: 'approve' }] });
      setTimeout(() => stage.bench.api('SendTaskSuccess', { taskToken: input.taskToken, output }), 5);
    };
    const { status } = await set({ CheckPreconditions: ask, RequestApproval: request }).play();

    expect(status).toBe('SUCCEEDED');
    expect(stage.calls.find(({ step }) => step === 'RecordApproval')!.input.votes).toHaveLength(1);
  });

  test('nobody answers: refused, nothing changed, nothing left open', async () => {
    const { status, error } = await set({ CheckPreconditions: ask }).play();

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'ApprovalTimedOut' });
    expect(stage.steps().slice(-2)).toEqual(['RecordRefusal', 'Seal']);
    expect(count('TakeOver')).toBe(0);
  });
});

describe('refusals change nothing', () => {
  test.each([
    ['Declare', 'InvalidInput'],
    ['Declare', 'LockHeld'],
    ['CheckPreconditions', 'RestorePointOutsideWindow'],
    ['CheckPreconditions', 'QuotaExceeded'],
    ['RecordPreauthorisation', 'NotArmed'],
  ])('%s throws %s', async (step, error) => {
    const ended = await set({ [step]: () => new Failure(error, `got "${error}"`) }).play();

    expect({ status: ended.status, error: ended.error }).toEqual({ status: 'FAILED', error });
    expect(ended.cause).toBe(`got "${error}"`);
    expect(count('RecordRefusal')).toBe(1);
    expect(count('TakeOver') + count('Fork')).toBe(0);
  });

  test('a refusal that cannot be recorded still fails with its own error', async () => {
    const { error } = await set({
      Declare: () => new Failure('InvalidInput'),
      RecordRefusal: () => new Failure('EvidenceRejected'),
    }).play();

    expect(error).toBe('InvalidInput');
  });
});

describe('a failure before the point of no return reverses', () => {
  const oneFailed = {
    total: 4,
    ok: 3,
    failedCount: 1,
    failed: [{ shard: 'shard-2', error: 'ValidationFailed' }],
  };

  test.each([
    ['ValidateAcrossShards', 'ValidationFailed'],
    ['LowerTtl', 'RecordChanged'],
    ['MoveNames', 'NamesNotMoved'],
    ['CheckInSync', 'NamesNotMoved'],
    ['ProveNames', 'NamesNotProven'],
    ['RecordPointOfNoReturn', 'EpochSuperseded'],
  ])('%s throws %s', async (step, error) => {
    let thrown = false;
    const ended = await set({
      [step]: ({ run: { epoch } }) => {
        if (epoch > 1) return { inSync: true };
        thrown = true;
        return new Failure(error);
      },
    }).play();

    expect(thrown).toBe(true);
    expect({ status: ended.status, error: ended.error }).toEqual({ status: 'FAILED', error });
    const undone = [
      'TakeOver',
      'RestoreNames',
      'UnfenceShard',
      'ReopenNetwork',
      'RestoreTtl',
      'RemoveClones',
      'CloseReversed',
      'Seal',
    ];
    expect(undone.map(last)).toEqual(undone.map(last).toSorted((one, other) => one - other));
    expect(undone.filter((one) => last(one) < 0)).toEqual([]);
    expect(count('OpenShard')).toBe(0);
  });

  test.each([
    ['restore', 'MoveNames'],
    ['freeze', 'PrepareClone'],
    ['prepare', 'MoveNames'],
  ])('one shard fails in %s: its siblings finish, nothing goes further', async (phase, never) => {
    const ended = await set({
      Join: ({ input }) => (input.phase === phase ? oneFailed : { failedCount: 0 }),
    }).play();

    expect(ended.error).toBe('ShardFailed');
    expect(ended.cause).toContain('1 of 4 shards');
    expect(ended.cause).toContain('shard-2');
    expect(count(never)).toBe(0);
    expect(count('CloseReversed')).toBe(1);
  });

  test('a canary that fails keeps the others from being cloned', async () => {
    const { error } = await set({
      ValidateShard: () => new Failure('ValidationFailed'),
      Join: ({ input }) => (input.phase === 'restore' ? oneFailed : { failedCount: 0 }),
    }).play();

    expect(error).toBe('ShardFailed');
    expect(count('StartClone')).toBe(1);
    expect(stage.calls.find(({ step }) => step === 'FinishLane')!.input).toEqual({
      ok: false,
      error: 'ValidationFailed',
    });
  });

  test('when undoing fails too, both errors are said and the lock is kept', async () => {
    const { error, cause } = await set({
      ProveNames: () => new Failure('NamesNotProven'),
      RestoreNames: () => new Failure('RecordChanged'),
    }).play();

    expect(error).toBe('ReversalFailed');
    expect(cause).toContain('NamesNotProven');
    expect(cause).toContain('RecordChanged');
    expect(count('PagePeople')).toBe(1);
    expect(count('CloseReversed')).toBe(0);
  });
});

describe('after the point of no return', () => {
  test('a guard that fires pages people, and the run goes on', async () => {
    const { status, output } = await set({ GuardTraffic: () => new Failure('GuardFired') }).play();

    expect({ status, output }).toMatchObject({
      status: 'SUCCEEDED',
      output: { run: run.id, outcome: 'completed-with-findings' },
    });
    expect(count('PagePeople')).toBe(1);
    expect(count('TakeOver')).toBe(0);
    expect(stage.calls.find(({ step }) => step === 'Close')!.input.findings).toMatchObject([
      { error: 'GuardFired' },
    ]);
  });

  test.each(['OpenNetwork', 'RotateCredentials', 'Close'])(
    '%s fails: people are paged, the recovery goes forward',
    async (step) => {
      const { error } = await set({
        [step]: ({ run: { epoch } }) => (epoch > 1 ? {} : new Failure('CloneForeign')),
        Join: ({ input }) =>
          step === 'OpenNetwork' && input.phase === 'open-0'
            ? { total: 1, failedCount: 1, failed: [{ shard: 'shard-0', error: 'CloneForeign' }] }
            : { failedCount: 0 },
        TakeOver: () => ({ direction: 'forward', waitSeconds: 0, run: { ...run, epoch: 2 } }),
      }).play();

      expect(error).toBe(step === 'OpenNetwork' ? 'ShardFailed' : 'CloneForeign');
      expect(count('PagePeople')).toBe(1);
      expect(
        stage.calls.find(({ step, run: { epoch } = {} as any }) => step === 'Close' && epoch === 2)!.input
          .outcome,
      ).toBe('opened-by-recovery');
      expect(count('RestoreNames')).toBe(0);
    },
  );
});

describe('the recovery by itself', () => {
  const input = {
    run: run.id,
    execution: 'arn:ended',
    epoch: 1,
    by: 'event',
    error: 'ABORTED',
    cause: 'stopped',
  };

  test.each([
    ['nothing', []],
    ['close', ['CloseReversed', 'Seal']],
  ])('direction %s', async (direction, steps) => {
    const takeOver = () => ({
      direction,
      waitSeconds: 120,
      run: direction === 'nothing' ? null : { ...run, epoch: 2 },
    });
    const { status } = await set({ TakeOver: takeOver }).play(input, 'recover');

    expect(status).toBe('SUCCEEDED');
    expect(stage.steps()).toEqual(['TakeOver', ...steps]);
    expect(stage.bench.clock.slept).toContain(120_000);
  });

  test('what may pass by itself is tried again, with the number of the attempt', async () => {
    let tries = 0;
    await set({ RestoreNames: () => (++tries < 3 ? new Failure('Throttled') : { change: null }) }).play(
      input,
      'recover',
    );

    expect(stage.calls.filter(({ step }) => step === 'RestoreNames').map(({ attempt }) => attempt)).toEqual([
      0, 1, 2,
    ]);
  });
});
