import { SFNClient } from '@aws-sdk/client-sfn';
import type { Io } from '../../../lib/cli/io.ts';
import { display } from '../../../lib/cli/progress/show.ts';
import { watchRun } from '../../../lib/cli/progress/watch-run.ts';
import type { Follower } from './play.ts';

/** Between two looks at the run, in milliseconds: its waits are shortened, so it is looked at more often. */
const intervalMs = 500;

/** Lines with the time since the start; the run itself is shown as the command shows it. */
export function follower(out: NodeJS.WriteStream): Follower {
  const started = Date.now();
  const io: Io = {
    out: (text) => out.write(text),
    err: (line) => process.stderr.write(`${line}\n`),
    live: out.isTTY === true && process.env.TERM !== 'dumb',
    columns: () => out.columns ?? 80,
    rows: () => out.rows ?? 24,
  };
  return {
    say(line) {
      io.out(`${minutes(Date.now() - started)}  ${line}\n`);
    },
    async follow(executionArn) {
      const shown = display(io);
      try {
        await watchRun({ sfn: new SFNClient({}), executionArn, onEvent: shown.onEvent, intervalMs });
      } finally {
        shown.stop();
      }
    },
  };
}

/** `m:ss` */
function minutes(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
