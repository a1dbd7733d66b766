/** `npm run sandbox`: the sandbox with the stacks deployed and the example cluster running, until interrupted. */
import { resolve } from 'node:path';
import { whenInterrupted } from './rehearsal/interruption.ts';
import { environmentFile } from './rehearsal/keep.ts';
import { Cleanup, setStage } from './rehearsal/stage.ts';

const cleanup = new Cleanup();
const interrupted = whenInterrupted();
try {
  await Promise.race([run(), interrupted]);
} finally {
  await cleanup.run();
}
process.exit(0);

async function run(): Promise<void> {
  const stage = await setStage({
    directory: resolve('out/sandbox'),
    shards: 4,
    orders: 50_000,
    progress: (line) => console.log(line),
    cleanup,
  });
  stage.startTraffic();
  console.log(`\n${await environmentFile(stage)}`);
  console.log(`The same lines are in ${stage.directory}/sandbox.env. Try, in another terminal:`);
  console.log(`  . ${stage.directory}/sandbox.env`);
  console.log('  aws stepfunctions list-state-machines');
  console.log('  npx rollback start --cluster orders --reason "trying it out" --mode plan');
  console.log(
    `  dig @${stage.sandbox.dns.address} -p ${stage.sandbox.dns.port} ${stage.policy.shards[0]!.record}`,
  );
  console.log('\nCtrl-C ends it.');
  await interrupted;
}
