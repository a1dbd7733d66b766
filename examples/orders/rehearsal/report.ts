import type { Login } from '../workload/connect.ts';

/** One instance as anybody may ask it: the login reads every table and writes none. */
export interface Side {
  id: string;
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

export interface ShardReport {
  id: string;
  record: string;
  source: Side;
  clone: Side | null;
  restoredTo: string | null;
  validated: boolean;
  cutOver: boolean;
}

export interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

export interface Timing {
  step: string;
  shard?: string;
  start: string;
  end: string;
}

/** `report.json`: what the rehearsal did and found. Times are RFC 3339 UTC. */
export interface RehearsalReport {
  run: string | null;
  scenario: string;
  status: 'passed' | 'failed';
  incidentAt: string;
  detectedAt: string | null;
  restorePoint: string | null;
  /** Seconds from StartExecution to the last shard open for writes that are not the engine's own. */
  overheadSeconds: number | null;
  shards: ShardReport[];
  checks: Check[];
  timings: Timing[];
}

export function sideOf(
  instance: { id: string; host: string; port: number },
  database: string,
  login: Login,
): Side {
  return { ...instance, database, user: login.username, password: login.password };
}
