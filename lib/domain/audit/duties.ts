import type { Kind } from './record.ts';

/** Which kinds of record the key of each duty may sign. A trust file may narrow it, key by key. */
export const kindsOfDuty = {
  act: ['fork', 'intent', 'outcome', 'join', 'notice', 'seal'],
  validate: ['intent', 'outcome', 'notice'],
  decide: ['open', 'intent', 'outcome', 'decision', 'refusal', 'notice', 'policy', 'key', 'custody', 'erase'],
  log: [],
  scan: ['scan', 'custody', 'notice'],
} as const satisfies Record<string, readonly Kind[]>;

export type Duty = keyof typeof kindsOfDuty;

export const duties = Object.keys(kindsOfDuty) as Duty[];
