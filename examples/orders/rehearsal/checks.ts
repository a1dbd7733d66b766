/** The questions at the end, each answered by PostgreSQL, DNS, RDS or the bucket itself. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import type { TransactionLine } from '../workload/config.ts';
import type { ProbeLine } from '../workload/probes.ts';
import type { Check, ShardReport } from './report.ts';
import type { Stage } from './stage.ts';
import { type Reconciliation, reconcile, twoWriters } from './transactions.ts';

/** At most so many keys are listed in a check's detail. */
const listed = 5;

export interface Findings {
  checks: Check[];
  straddling: { shard: string; keys: string[] }[];
}

async function readLines<Line>(file: string): Promise<Line[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** After a rollback: every shard is on its clone, and nothing was lost that should be there. */
export async function checkRolledBack(
  stage: Stage,
  shards: ShardReport[],
  restorePoint: string,
): Promise<Findings> {
  const lines = await readLines<TransactionLine>(join(stage.directory, 'workload.jsonl'));
  const checks: Check[] = [];
  const straddling: Findings['straddling'] = [];
  const at = new Date(restorePoint).toISOString();
  const results: { shard: ShardReport; result: Reconciliation }[] = [];
  for (const shard of shards) {
    if (shard.clone === null) continue;
    const servers = {
      source: await stage.witness.address(shard.source.host),
      clone: await stage.witness.address(shard.clone.host),
    };
    const own = lines.filter((line) => line.shard === shard.id);
    const result = reconcile(own, at, servers, await stage.witness.keys(shard.clone));
    results.push({ shard, result });
    straddling.push({ shard: shard.id, keys: result.straddling });
  }
  const every = (pick: (result: Reconciliation) => string[]) =>
    results.flatMap(({ shard, result }) => pick(result).map((key) => `${shard.id} ${key}`));

  checks.push(await checkNames(stage, shards));
  checks.push(
    none('the damage is on no clone', await damagedClones(stage, shards), `${shards.length} clones asked`),
    none(
      'every transaction acknowledged before the restore point is on its clone',
      every((r) => r.lost),
      `restore point ${at}`,
    ),
    none(
      'no transaction whose COMMIT was sent after the restore point is on a clone',
      every((r) => r.revived),
      'none found',
    ),
    none(
      'every transaction that a clone acknowledged is on it',
      every((r) => r.lostOnClone),
      'all there',
    ),
    {
      name: 'transactions that straddle the restore point are listed',
      ok: results.length === shards.length,
      detail: list(every((r) => r.straddling)),
    },
  );
  const silent = results.filter(({ result }) => result.writtenToClone === 0).map(({ shard }) => shard.id);
  checks.push(
    none(
      'the application writes to the clones',
      silent.map((shard) => `${shard} took no write`),
      `${results.reduce((sum, { result }) => sum + result.writtenToClone, 0)} transactions acknowledged by clones`,
    ),
  );
  checks.push(await checkProbes(stage), await checkOldDatabases(stage, shards, lines));
  return { checks, straddling };
}

/** After a run that ended before the point of no return: the old databases serve as before. */
export async function checkUnmoved(stage: Stage, shards: ShardReport[], since: Date): Promise<Findings> {
  const lines = await readLines<TransactionLine>(join(stage.directory, 'workload.jsonl'));
  const problems: string[] = [];
  const lost: string[] = [];
  for (const shard of shards) {
    const source = await stage.witness.address(shard.source.host);
    const named = await stage.witness.address(shard.record);
    if (named !== source) problems.push(`${shard.record} answers ${named}, expected ${source}`);
    const keys = await stage.witness.keys(shard.source);
    const own = lines.filter((line) => line.shard === shard.id && line.state === 'acknowledged');
    for (const line of own)
      if (line.server !== source || !keys.has(line.key)) lost.push(`${shard.id} ${line.key}`);
    if (!own.some((line) => line.ackedAt !== null && line.ackedAt > since.toISOString()))
      problems.push(`${shard.id} took no write after the run ended`);
  }
  return {
    checks: [
      none('the names point at the old databases, and they take writes', problems, `${shards.length} shards`),
      none('no acknowledged write was lost', lost, `${lines.length} transactions held against the databases`),
      await checkProbes(stage),
    ],
    straddling: [],
  };
}

/** Clones of the run are gone, or kept, as the policy says. */
export async function checkClones(run: string, expected: 'gone' | 'kept'): Promise<Check> {
  const { DBInstances = [] } = await new RDSClient({}).send(new DescribeDBInstancesCommand({}));
  const clones = DBInstances.filter(({ TagList = [] }) =>
    TagList.some(({ Key, Value }) => Key === 'safe-rollback:run' && Value === run),
  ).map(({ DBInstanceIdentifier: id, DBInstanceStatus: status }) => `${id} ${status}`);
  return {
    name: `the run's clones are ${expected}`,
    ok: expected === 'gone' ? clones.length === 0 : clones.length > 0,
    detail: list(clones),
  };
}

/** The engine's own superuser, which no login of the stack is; its sessions over the network are refused. */
const engineSuperuser = 'rdsadmin';

export async function checkSuperusers(stage: Stage, shards: ShardReport[]): Promise<Check> {
  const sides = shards.flatMap(({ source, clone }) => (clone === null ? [source] : [source, clone]));
  const found: string[] = [];
  for (const side of sides) {
    const roles = (await stage.witness.superusers(side)).filter((role) => role !== engineSuperuser);
    if (roles.length > 0) found.push(`${side.id}: ${roles.join(', ')}`);
  }
  for (const { instance, user } of await stage.superuserSessions())
    found.push(`${instance}: a session of ${user}`);
  return none('nobody but the engine itself is superuser anywhere', found, `${sides.length} databases asked`);
}

async function checkNames(stage: Stage, shards: ShardReport[]): Promise<Check> {
  const wrong: string[] = [];
  for (const { record, clone } of shards) {
    const named = await stage.witness.address(record);
    const expected = clone === null ? 'a clone' : await stage.witness.address(clone.host);
    if (named !== expected) wrong.push(`${record} answers ${named}, expected ${expected}`);
  }
  return none('every name points at its clone', wrong, `${shards.length} names asked`);
}

async function damagedClones(stage: Stage, shards: ShardReport[]): Promise<string[]> {
  const damaged: string[] = [];
  for (const { id, clone } of shards) {
    if (clone === null) damaged.push(`${id} has no clone`);
    else {
      const rows = await stage.witness.damaged(clone);
      if (rows > 0) damaged.push(`${id}: ${rows} rows`);
    }
  }
  return damaged;
}

async function checkProbes(stage: Stage): Promise<Check> {
  const lines = await readLines<ProbeLine>(join(stage.directory, 'probes.jsonl'));
  const both = twoWriters(lines);
  return {
    name: 'no shard ever had two sides that took writes',
    ok: both.length === 0 && lines.length > 0,
    detail: both.length > 0 ? list(both) : `${lines.length} probe writes held against each other`,
  };
}

async function checkOldDatabases(
  stage: Stage,
  shards: ShardReport[],
  lines: TransactionLine[],
): Promise<Check> {
  const problems: string[] = [];
  for (const { id, source } of shards) {
    const address = await stage.witness.address(source.host);
    const keys = await stage.witness.keys(source);
    const missing = lines.filter(
      (line) => line.server === address && line.state === 'acknowledged' && !keys.has(line.key),
    );
    if (missing.length > 0)
      problems.push(`${id}: ${missing.length} acknowledged transactions are not on the old database`);
    const open = await stage.witness.openLogins(source, stage.policy.allowedRoles);
    if (open.length > 0) problems.push(`${id}: ${open.join(', ')} may still log in to the old database`);
  }
  return none('the old databases are whole, fenced and still there', problems, `${shards.length} asked`);
}

function none(name: string, found: string[], otherwise: string): Check {
  return { name, ok: found.length === 0, detail: found.length === 0 ? otherwise : list(found) };
}

function list(items: string[]): string {
  if (items.length === 0) return 'none';
  const more = items.length > listed ? `, and ${items.length - listed} more` : '';
  return `${items.length}: ${items.slice(0, listed).join('; ')}${more}`;
}
