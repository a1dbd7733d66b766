import { SFNClient } from '@aws-sdk/client-sfn';
import type { Io } from '../../../lib/cli/io.ts';
import { type Display, display } from '../../../lib/cli/progress/show.ts';
import { eventText } from '../../../lib/cli/progress/view.ts';
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
  const say = (line: string, at = Date.now()) => io.out(`${minutes(at - started)}  ${line}\n`);
  return {
    say: (line) => say(line),
    async follow(executionArn) {
      const shown = io.live ? display(io) : plain(say);
      try {
        await watchRun({ sfn: new SFNClient({}), executionArn, onEvent: shown.onEvent, intervalMs });
      } finally {
        shown.stop();
      }
    },
  };
}

/** On a pipe a line where something begins or goes wrong: that a step is done, the next one's line says. */
function plain(say: (line: string, at: number) => void): Display {
  return {
    onEvent(event) {
      if (event.type !== 'left' || event.error !== undefined) say(eventText(event), event.at.getTime());
    },
    stop: () => {},
  };
}

/** `m:ss` */
function minutes(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
