import { SFNClient } from '@aws-sdk/client-sfn';
import { watchRun } from '../../../lib/cli/progress/watch-run.ts';
import type { Follower } from './play.ts';

/** Lines with the time since the start; the run itself is shown by the command's own progress view. */
export function follower(out: NodeJS.WriteStream): Follower {
  const started = Date.now();
  const say = (line: string) => {
    out.write(`${clockOf(Date.now() - started)}  ${line}\n`);
  };
  return {
    say,
    follow: (executionArn) => watchRun({ sfn: new SFNClient({}), executionArn, out }),
  };
}

/** `m:ss`. */
function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
