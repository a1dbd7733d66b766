/** What can happen in a rehearsal: the plain incident, and the nights on which something else goes wrong too. */
import { setTimeout as pause } from 'node:timers/promises';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { ServiceError } from '../../../lib/sandbox/contract.ts';
import { checkClones, checkRolledBack, checkUnmoved, type Findings } from './checks.ts';
import type { Ending, Play } from './play.ts';
import type { Check } from './report.ts';
import type { Stage } from './stage.ts';

export interface Scenario {
  name: string;
  title: string;
  /** Changes of the example's policy. */
  policy?: Record<string, unknown>;
  /** Faults that are set before the incident. */
  prepare?(stage: Stage): void;
  /** Lives through it, and asks at the end. */
  play(play: Play): Promise<{ ending: Ending; findings: Findings }>;
}

/** Time in which the application writes on after a run, so that there is something to ask for. */
const afterwardsMs = 2000;

const badDeploy: Scenario = {
  name: 'bad-deploy',
  title: 'a bad deploy damages two shards; the alarm rolls the cluster back',
  async play(play) {
    const ending = await play.incident();
    await pause(afterwardsMs);
    await play.stage.stopTraffic();
    const findings = await checkRolledBack(play.stage, ending.shards, ending.restorePoint ?? '');
    return { ending, findings: withStatus(findings, ending, 'SUCCEEDED') };
  },
};

const shardFails: Scenario = {
  name: 'shard-fails',
  title: 'one clone ends in incompatible-restore: nothing moves',
  prepare(stage) {
    const last = stage.policy.shards.at(-1)!.name;
    stage.faults.restore = (id) =>
      id.startsWith(`${stage.policy.cluster}-${last}-`) ? 'incompatible-restore' : undefined;
  },
  async play(play) {
    return unmoved(play, 'CloneFailed');
  },
};

const cutoverFails: Scenario = {
  name: 'cutover-fails',
  title: 'Route 53 refuses the move: everything is reversed',
  prepare(stage) {
    stage.faults.call = ({ service, operation, input }) => {
      if (service !== 'route53' || operation !== 'ChangeResourceRecordSets') return;
      const changes: { Action: string }[] = input?.ChangeBatch?.Changes ?? [];
      // The change of the TTL passes, the move (delete and create) does not.
      if (changes.some(({ Action }) => Action === 'CREATE'))
        throw new ServiceError('InvalidChangeBatch', 'The request was refused by the rehearsal', {
          status: 400,
        });
    };
  },
  async play(play) {
    return unmoved(play, 'NamesNotMoved');
  },
};

const rollbackTwice: Scenario = {
  name: 'rollback-twice',
  title: 'a second incident after the first rollback: it works on what the first put there',
  policy: { classes: { data: { coolDownMinutes: 0 } } },
  async play(play) {
    const first = await play.incident();
    const after = await checkRolledBack(play.stage, first.shards, first.restorePoint ?? '');
    await play.calm();
    const second = await play.incident();
    await pause(afterwardsMs);
    await play.stage.stopTraffic();
    const findings = await checkRolledBack(play.stage, second.shards, second.restorePoint ?? '');
    findings.checks.unshift(
      ...withStatus(after, first, 'SUCCEEDED').checks.map((check) => ({
        ...check,
        name: `first rollback: ${check.name}`,
      })),
      await nothingDeleted([...first.shards, ...second.shards].map(({ source }) => source.id)),
    );
    return { ending: second, findings: withStatus(findings, second, 'SUCCEEDED') };
  },
};

async function unmoved(play: Play, error: string): Promise<{ ending: Ending; findings: Findings }> {
  const ending = await play.incident();
  const ended = new Date();
  await pause(afterwardsMs);
  await play.stage.stopTraffic();
  const findings = await checkUnmoved(play.stage, ending.shards, ended);
  findings.checks.push(
    await checkClones(ending.run, play.stage.policy.clones.onFailure === 'delete' ? 'gone' : 'kept'),
    {
      name: `the run says why it ended: ${error}`,
      ok: `${ending.error} ${ending.cause}`.includes(error),
      detail: `${ending.error}: ${ending.cause}`.slice(0, 300),
    },
  );
  return { ending, findings: withStatus(findings, ending, 'FAILED') };
}

function withStatus(findings: Findings, ending: Ending, expected: string): Findings {
  const check: Check = {
    name: `the run ended as it should: ${expected}`,
    ok: ending.status === expected,
    detail:
      ending.status === expected
        ? `run ${ending.run}`
        : `${ending.status} ${ending.error}: ${ending.cause}`.slice(0, 500),
  };
  return { ...findings, checks: [check, ...findings.checks] };
}

async function nothingDeleted(ids: string[]): Promise<Check> {
  const { DBInstances = [] } = await new RDSClient({}).send(new DescribeDBInstancesCommand({}));
  const there = new Set(DBInstances.map(({ DBInstanceIdentifier: id }) => id));
  const gone = ids.filter((id) => !there.has(id));
  return {
    name: 'nothing of production was deleted',
    ok: gone.length === 0,
    detail: gone.join(', ') || `${ids.length} instances there`,
  };
}

export const scenarios: Scenario[] = [badDeploy, shardFails, cutoverFails, rollbackTwice];
