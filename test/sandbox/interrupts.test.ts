import { expect, test } from '@jest/globals';
import { type Interruption, interruptRehearsal } from '../../scripts/interrupts/interrupt.ts';

const isLinux = process.platform === 'linux';

// Moments at which the sandbox starts, the databases are made, the application writes; not all of them are
// reached on a slow machine. `npm run test:interrupts` takes many.
(isLinux ? test.each : test.skip.each)<[Interruption, number]>([
  ['SIGINT', 1_500],
  ['SIGTERM', 6_000],
  ['power cut', 9_000],
])(
  'A rehearsal that ends by %s after %i ms leaves no process, port or file',
  async (how, afterMs) => {
    const result = await interruptRehearsal(how, afterMs);

    expect(result.leftovers).toEqual([]);
    expect(result).toMatchObject({ asExpected: true });
  },
  90_000,
);
