import { Account } from './account.ts';
import { settled } from './errors.ts';
import type { PatternCase } from './recordings.ts';

/** How TestEventPattern's answer differs from the recorded one; undefined where it does not. */
export async function playPattern(recorded: PatternCase): Promise<string | undefined> {
  const account = await Account.open(1);
  try {
    const { answer, error } = await settled(
      account.send('events', 'TestEventPattern', {
        EventPattern: recorded.pattern_text ?? JSON.stringify(recorded.pattern),
        Event: recorded.event_text ?? JSON.stringify(recorded.event),
      }),
    );
    const got = error ? 'exception' : answer.Result ? 'match' : 'no-match';
    if (got !== recorded.expected) return `recorded ${recorded.expected}, got ${got} ${error?.message ?? ''}`;
    if (!error || error.name === recorded.error?.code) return undefined;
    return `recorded ${recorded.error?.code}, got ${error.name}`;
  } finally {
    await account.close();
  }
}
