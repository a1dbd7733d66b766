import { noHash } from '../../envelope.ts';
import { lanePrefix, recordKey, runPrefix } from '../place.ts';
import type { AuditRecord, DataOf } from '../record.ts';
import type { Trust } from '../trust.ts';
import { finding, notice, type RunVerdict } from './findings.ts';
import { lastSeq, type Report, type RunListing } from './listing.ts';
import { laneOps } from './ops.ts';
import { type RunRules, runRules } from './rules.ts';
import type { EvidenceSource } from './source.ts';
import { isAbsent, type LaneHead, type Verified, verifyLane } from './verify-lane.ts';

interface OpenFork {
  hash: string;
  time: number;
  lanes: string[];
  rules: RunRules;
}

type Start = Pick<OpenFork, 'time' | 'rules'> & { hash: string | undefined };

/** Verifies one run: main from its beginning, at each join the lanes that it joins, at the end what is left. */
export async function verifyRun(
  source: EvidenceSource,
  trust: Trust,
  listing: RunListing,
  report: Report,
): Promise<RunVerdict> {
  const { cluster, run } = listing;
  const object = runPrefix(cluster, run);
  const verdict: RunVerdict = { cluster, run, sealed: false, records: 0, lanes: listing.lanes.size };
  const mainRules = runRules(report);
  const undos = new Set<string>();
  const forks = new Map<string, OpenFork>();
  const seen = new Set(['main']);

  const walk = async (lane: string, { hash, time, rules }: Start): Promise<LaneHead> => {
    seen.add(lane);
    const ops = laneOps(undos, report);
    const head = await verifyLane(
      source,
      trust,
      listing,
      { lane, prev: hash, time },
      report,
      async (verified) => {
        verdict.records++;
        ops.take(verified);
        rules.take(verified);
        if (lane === 'main') await takeMain(verified);
      },
    );
    if (head.final) ops.close();
    return head;
  };

  const takeMain = async ({ record, hash, key }: Verified): Promise<void> => {
    verdict.from ??= record.time;
    verdict.to = record.time;
    if (record.kind === 'open' && trust.policies.length > 0 && !trust.policies.includes(record.data.policy)) {
      report({ finding: finding('POLICY_UNPINNED', key, 'a policy of the trust file', record.data.policy) });
    }
    if (record.kind === 'fork') {
      forks.set(record.data.phase, {
        hash,
        time: record.time,
        lanes: record.data.lanes ?? [],
        rules: mainRules.branch(),
      });
    }
    if (record.kind === 'join') await joinLanes(record.data, key);
    if (record.final) {
      verdict.sealed = true;
      verdict.result = resultOf(record);
    }
  };

  const joinLanes = async ({ phase, heads = [] }: DataOf['join'], key: string): Promise<void> => {
    const fork = forks.get(phase);
    forks.delete(phase);
    if (fork === undefined) {
      report({ finding: finding('CONTEXT', key, `a fork of ${phase} before its join`, 'none') });
      return;
    }
    const said = new Map(heads.map((head) => [head.lane, head]));
    const found = new Map<string, LaneHead>();
    for (const lane of fork.lanes) if (!isAbsent(listing, lane)) found.set(lane, await walk(lane, fork));
    mainRules.merge(fork.rules);
    for (const lane of new Set([...fork.lanes, ...said.keys()])) {
      judgeHead(lane, said.get(lane), found, fork.lanes.includes(lane), key);
    }
  };

  const judgeHead = (
    lane: string,
    said: { seq: number; hash: string } | undefined,
    found: Map<string, LaneHead>,
    forked: boolean,
    key: string,
  ): void => {
    const head = found.get(lane);
    const prefix = lanePrefix(cluster, run, lane);
    if (!forked) report({ finding: finding('LANE_EXTRA', key, 'lanes of the fork', lane) });
    else if (said === undefined)
      report({ finding: finding('LANE_MISSING', key, `the end of ${lane}`, 'none') });
    else if (head === undefined)
      report({ finding: finding('LANE_MISSING', prefix, `${said.seq + 1} records`, 'none') });
    else if (head.seq < said.seq) {
      const missing = recordKey({ cluster, run, lane, seq: head.seq + 1 });
      report({
        finding: finding('RECORD_MISSING', missing, `records up to ${said.seq}`, `the last is ${head.seq}`),
      });
    } else if (head.seq !== said.seq || head.hash !== said.hash) {
      const other = [...found].find(([name, { hash }]) => name !== lane && hash === said.hash);
      const code = other ? 'LANE_SWAPPED' : 'JOIN_HEAD';
      report({
        finding: finding(
          code,
          prefix,
          `record ${said.seq}, ${said.hash}`,
          `record ${head.seq}, ${head.hash}`,
        ),
      });
    } else if (!head.final) {
      report({
        finding: finding('JOIN_HEAD', prefix, 'a final record before the join', 'a lane that is still open'),
      });
    }
  };

  if (isAbsent(listing, 'main')) {
    report({ finding: finding('LANE_MISSING', lanePrefix(cluster, run, 'main'), 'the lane main', 'none') });
  }
  await walk('main', { hash: noHash, time: 0, rules: mainRules });
  for (const [phase, fork] of forks) {
    if (verdict.sealed)
      report({ finding: finding('LANE_MISSING', object, `a join of ${phase} before the seal`, 'none') });
    for (const lane of fork.lanes) if (!isAbsent(listing, lane)) await walk(lane, fork);
  }
  for (const [lane, ofLane] of listing.lanes) {
    if (seen.has(lane)) continue;
    const got = `${lastSeq(ofLane) + 1} records`;
    report({ finding: finding('LANE_EXTRA', lanePrefix(cluster, run, lane), 'a fork that opens it', got) });
    await walk(lane, { hash: undefined, time: 0, rules: mainRules.branch() });
  }
  if (!verdict.sealed) report({ notice: notice('SEAL_ABSENT', object, 'a final record on main', 'none') });
  return verdict;
}

function resultOf(record: AuditRecord): string {
  if (record.kind === 'seal') return record.data.error ?? record.data.result;
  return record.kind === 'refusal' ? record.data.error : record.kind;
}
