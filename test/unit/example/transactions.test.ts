import { describe, expect, test } from '@jest/globals';
import { reconcile, twoWriters } from '../../../examples/orders/rehearsal/transactions.ts';
import type { TransactionLine } from '../../../examples/orders/workload/config.ts';

const restorePoint = '2026-11-22T03:00:10.000Z';
const servers = { source: '127.0.0.2', clone: '127.0.0.3' };

function line(change: Partial<TransactionLine>): TransactionLine {
  return {
    key: 'k',
    shard: 'shard-0',
    xid: '7',
    sentAt: '2026-11-22T03:00:00.000Z',
    commitSentAt: '2026-11-22T03:00:01.000Z',
    ackedAt: '2026-11-22T03:00:02.000Z',
    state: 'acknowledged',
    server: servers.source,
    ...change,
  };
}

describe('reconcile', () => {
  test.each([
    ['acknowledged before, present', line({}), true, {}],
    ['acknowledged before, absent', line({}), false, { lost: ['k'] }],
    [
      'COMMIT sent after, absent',
      line({ commitSentAt: '2026-11-22T03:00:11.000Z', ackedAt: '2026-11-22T03:00:12.000Z' }),
      false,
      {},
    ],
    [
      'COMMIT sent after, present',
      line({ commitSentAt: '2026-11-22T03:00:11.000Z', ackedAt: '2026-11-22T03:00:12.000Z' }),
      true,
      { revived: ['k'] },
    ],
    ['straddling, present', line({ ackedAt: '2026-11-22T03:00:11.000Z' }), true, { straddling: ['k'] }],
    ['answer lost, absent', line({ ackedAt: null, state: 'unknown' }), false, { straddling: ['k'] }],
    ['never sent COMMIT', line({ commitSentAt: null, ackedAt: null, state: 'failed' }), false, {}],
    ['acknowledged by the clone, present', line({ server: servers.clone }), true, { writtenToClone: 1 }],
    [
      'acknowledged by the clone, absent',
      line({ server: servers.clone }),
      false,
      { writtenToClone: 1, lostOnClone: ['k'] },
    ],
  ])('%s', (_, transaction, present, expected) => {
    const result = reconcile([transaction], restorePoint, servers, new Set(present ? ['k'] : []));

    expect(result).toEqual({
      lost: [],
      revived: [],
      straddling: [],
      lostOnClone: [],
      writtenToClone: 0,
      ...expected,
    });
  });
});

describe('twoWriters', () => {
  const probe = (instance: string, sentAt: number, ackedAt: number, shard = 'shard-0') => ({
    shard,
    instance,
    sentAt: new Date(sentAt).toISOString(),
    ackedAt: new Date(ackedAt).toISOString(),
  });

  test('one side after the other is fine', () => {
    expect(twoWriters([probe('old', 0, 10), probe('old', 20, 30), probe('new', 31, 40)])).toEqual([]);
  });

  test('a late write on the old side is found', () => {
    const found = twoWriters([probe('old', 0, 10), probe('new', 31, 40), probe('old', 35, 36)]);

    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^shard-0: old took writes .* new /);
  });

  test('two shards do not disturb each other', () => {
    expect(twoWriters([probe('a', 0, 50), probe('b', 10, 20, 'shard-1')])).toEqual([]);
  });
});
