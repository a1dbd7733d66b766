/** The rehearsal: sets the stage, plays the scenario, asks everybody, reports. */
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { checkSuperusers } from './checks.ts';
import { collectEvidence, verifyEvidence } from './evidence.ts';
import { interruptedStatus, whenInterrupted } from './interruption.ts';
import { environmentFile } from './keep.ts';
import type { RehearsalOptions } from './options.ts';
import { type Ending, play } from './play.ts';
import type { RehearsalReport } from './report.ts';
import { Cleanup, type Stage, setStage } from './stage.ts';
import { endTable } from './table.ts';
import { overheadSeconds, readTimings } from './timings.ts';
import { follower } from './view.ts';

/** Orders over all shards before anything happens. */
const orders = 50_000;

/** Exit status: 0 where every check was found true, 1 otherwise, 130 when interrupted. */
export async function rehearse(options: RehearsalOptions): Promise<number> {
  const out = options.json ? process.stderr : process.stdout;
  const directory = resolve(options.out);
  const view = follower(out);
  const cleanup = new Cleanup();
  let stage: Stage | undefined;
  const interrupted = whenInterrupted();
  try {
    const work = (async () => {
      stage = await setStage({
        directory,
        shards: options.shards,
        orders,
        policy: options.scenario.policy,
        progress: view.say,
        cleanup,
      });
      return live(stage, options, view);
    })();
    work.catch(() => {});
    const outcome = await Promise.race([work, interrupted]);
    if (outcome === 'interrupted') {
      view.say('Interrupted: everything is being taken down');
      return interruptedStatus;
    }
    out.write(`${outcome.table}\n\nReport, evidence and lists: ${directory}\n`);
    if (options.json) process.stdout.write(`${JSON.stringify(outcome.report, null, 2)}\n`);
    if (options.keep && stage !== undefined) {
      out.write(`\n${await environmentFile(stage)}\nEverything keeps running; Ctrl-C ends it.\n`);
      await interrupted;
    }
    return outcome.report.status === 'passed' ? 0 : 1;
  } catch (error) {
    view.say(`Failed: ${(error as Error).stack ?? error}`);
    return 1;
  } finally {
    await cleanup.run();
  }
}

async function live(stage: Stage, options: RehearsalOptions, view: ReturnType<typeof follower>) {
  options.scenario.prepare?.(stage);
  stage.startTraffic();
  view.say(`The application writes to ${stage.policy.shards.length} shards; the sentinel watches`);
  const { ending, findings } = await options.scenario.play(play(stage, view));
  view.say('Asking PostgreSQL, DNS and the bucket what is true');
  await collectEvidence(stage);
  findings.checks.push(await checkSuperusers(stage, ending.shards), await verifyEvidence(stage.directory));
  const report = await reportOf(stage, options, ending, findings.checks);
  await writeFile(join(stage.directory, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  return { report, table: endTable(report, findings.straddling) };
}

async function reportOf(
  stage: Stage,
  options: RehearsalOptions,
  ending: Ending,
  checks: RehearsalReport['checks'],
): Promise<RehearsalReport> {
  const { timings } = await readTimings(
    new SFNClient({}),
    ending.execution,
    stage.outputs.ShardRestoreMachineArn!,
  );
  const engine = ending.shards.flatMap(({ id, clone }) =>
    clone === null ? [] : [{ shard: id, recoveryMs: stage.recoveryMs(clone.id) }],
  );
  return {
    run: ending.run,
    scenario: options.scenario.name,
    status: checks.every(({ ok }) => ok) ? 'passed' : 'failed',
    incidentAt: ending.incidentAt,
    detectedAt: ending.detectedAt,
    restorePoint: ending.restorePoint,
    overheadSeconds: overheadSeconds(new Date(ending.detectedAt), timings, engine),
    shards: ending.shards,
    checks,
    timings,
  };
}
