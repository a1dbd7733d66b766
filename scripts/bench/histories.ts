import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { play } from '../../examples/orders/rehearsal/play.ts';
import { Cleanup, setStage } from '../../examples/orders/rehearsal/stage.ts';
import { readTimings } from '../../examples/orders/rehearsal/timings.ts';
import { watchRun } from '../../lib/cli/progress/watch-run.ts';
import type { Figure } from './figure.ts';

const shards = 2;
/** A nominal minute in a tenth of a second: three hours in 18 s. */
const scale = 600;
const restoreMinutes = 180;

/** Events that a rollback with three-hour restores leaves in Step Functions' histories. */
export async function histories(): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'rollback-bench-'));
  const cleanup = new Cleanup();
  const say = (line: string) => console.error(line);
  const sfn = () => new SFNClient({});
  try {
    const stage = await setStage({
      directory,
      shards,
      orders: 2000,
      scale,
      restoreMinutes,
      progress: say,
      cleanup,
    });
    stage.startTraffic();
    const ending = await play(stage, {
      say,
      follow: async (executionArn) => void (await watchRun({ sfn: sfn(), executionArn, onEvent: () => {} })),
    }).incident();
    if (ending.status !== 'SUCCEEDED') throw new Error(`the run ended ${ending.status}: ${ending.cause}`);
    const { events } = await readTimings(
      new SFNClient({}),
      ending.execution,
      stage.outputs.ShardRestoreMachineArn!,
    );
    const how = `a whole rollback of ${shards} shards whose restores take a simulated 3 hours, at 1/${scale} of the waits`;
    return [
      { key: 'events_per_shard', value: events.shard, limit: 400, how: `longest shard execution of ${how}` },
      {
        key: 'events_parent',
        value: events.parent,
        limit: 250 + 10 * shards,
        how: `parent execution of ${how}`,
      },
    ];
  } finally {
    await cleanup.run();
    await rm(directory, { recursive: true, force: true });
  }
}
