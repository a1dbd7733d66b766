import { expect, test } from '@jest/globals';
import type { RunEvent, StateEvent } from '../../../lib/cli/progress/events.ts';
import { advance, emptyModel } from '../../../lib/cli/progress/model.ts';
import { elapsed, eventLine, render } from '../../../lib/cli/progress/view.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22, 3, 4, 5 + seconds));
const event = (
  type: StateEvent['type'],
  seconds: number,
  state: string,
  more: Partial<StateEvent> = {},
): StateEvent => ({
  type,
  at: at(seconds),
  state,
  kind: 'Task',
  ...more,
});
const shard = (name: string) => ({ phase: 'RestoreShards', shard: name });

function modelOf(...events: RunEvent[]) {
  const model = emptyModel();
  for (const each of events) advance(model, each);
  return model;
}

const underWay = modelOf(
  event('entered', 0, 'DeclareRollback'),
  event('left', 2, 'DeclareRollback'),
  event('entered', 2, 'RestoreShards', { kind: 'Map' }),
  event('entered', 3, 'StartClone', shard('shard-0')),
  event('entered', 3, 'StartClone', shard('shard-1')),
  event('left', 9, 'StartClone', shard('shard-0')),
  event('entered', 9, 'FinishLane', shard('shard-0')),
  event('left', 10, 'FinishLane', shard('shard-0')),
  event('failed', 11, 'StartClone', { ...shard('shard-1'), error: 'Throttled' }),
);

test('shows phases, shards and times', () => {
  const lines = render(underWay, at(70), { columns: 100, rows: 40 });

  expect(lines).toEqual([
    'Run under way · 1:10',
    '✓ DeclareRollback                 2 s',
    '▸ RestoreShards                  1:08  1 of 2 shards',
    '    ▸ shard-1            StartClone               1:07',
    '    ✓ shard-0            done                      7 s',
  ]);
});

test('an error that was got over does not stay', () => {
  expect(underWay.phases[1]!.shards.get('shard-1')!.error).toBeUndefined();
});

test('an error by which a shard was left stays, and is shown first', () => {
  const model = modelOf(
    ...[
      event('entered', 0, 'RestoreShards', { kind: 'Map' }),
      event('entered', 0, 'WarmUp', shard('shard-2')),
    ],
    event('left', 4, 'WarmUp', { ...shard('shard-2'), error: 'ValidationFailed' }),
    event('entered', 0, 'WarmUp', shard('shard-1')),
  );

  expect(render(model, at(5), { columns: 100, rows: 40 })[2]).toMatch(/✗ shard-2 .* ValidationFailed/);
});

test('many shards and a small screen are cut to what matters', () => {
  const model = modelOf(
    event('entered', 0, 'RestoreShards', { kind: 'Map' }),
    ...Array.from({ length: 1000 }, (_, index) => event('entered', 1, 'StartClone', shard(`shard-${index}`))),
  );

  const lines = render(model, at(5), { columns: 30, rows: 10 });

  expect(lines.length).toBeLessThanOrEqual(10);
  expect(lines.every((line) => line.length <= 30)).toBe(true);
  expect(lines.at(-1)).toMatch(/988 more/);
});

test('on a pipe every event is a line of its own', () => {
  expect(eventLine(event('entered', 0, 'StartClone', shard('shard-0')))).toBe(
    '2026-11-22T03:04:05.000Z RestoreShards shard-0 StartClone begins',
  );
  expect(
    eventLine({ type: 'end', at: at(0), status: 'FAILED', error: 'ShardFailed', cause: 'one\ntwo' }),
  ).toBe('2026-11-22T03:04:05.000Z run failed: ShardFailed (one)');
});

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [187, '3:07'],
  [3723, '1:02:03'],
])('%d seconds are %s', (seconds, text) => expect(elapsed(at(0), at(seconds))).toBe(text));
