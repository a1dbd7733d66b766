import type { Execution, ExecutionStatus } from '../execution.ts';
import type { Machine } from '../host.ts';
import type { Json } from '../json.ts';

export type MapRunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

export interface Tolerance {
  count: number | undefined;
  percentage: number | undefined;
}

export interface Counts {
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  timedOut: number;
  aborted: number;
  total: number;
  resultsWritten: number;
}

const countNames: Record<ExecutionStatus, keyof Counts> = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
};

/** One run of a Distributed Map: its children and how they fare. */
export class MapRun {
  readonly arn: string;
  /** Of the parent. */
  readonly executionArn: string;
  /** What the children run: `…:stateMachine:<machine>/<label>`. */
  readonly machine: Machine;
  readonly startDate: Date;
  readonly maxConcurrency: number;
  readonly tolerance: Tolerance;
  status: MapRunStatus = 'RUNNING';
  stopDate: Date | undefined;
  /** By the index of their input; children not yet started are absent. */
  readonly children: (Execution | undefined)[] = [];
  inputs: Json[] = [];
  /** How many items each child works on: more than one in batches. */
  itemCounts: number[] = [];
  resultsWritten = false;
  redriveCount = 0;
  redriveDate: Date | undefined;

  constructor(options: {
    arn: string;
    executionArn: string;
    machine: Machine;
    startDate: Date;
    maxConcurrency: number;
    tolerance: Tolerance;
  }) {
    this.arn = options.arn;
    this.executionArn = options.executionArn;
    this.machine = options.machine;
    this.startDate = options.startDate;
    this.maxConcurrency = options.maxConcurrency;
    this.tolerance = options.tolerance;
  }

  /** Whether more has failed than the Map tolerates; without a tolerance, that is anything. */
  exceedsTolerance(failures: number): boolean {
    const { count, percentage } = this.tolerance;
    if (count === undefined && percentage === undefined) return failures > 0;
    return (
      (count !== undefined && failures > count) ||
      (percentage !== undefined && (100 * failures) / this.itemCounts.length > percentage)
    );
  }

  /** Children by state, or their items. */
  counts(of: 'executions' | 'items'): Counts {
    const counts: Counts = {
      pending: 0,
      running: 0,
      succeeded: 0,
      failed: 0,
      timedOut: 0,
      aborted: 0,
      total: 0,
      resultsWritten: 0,
    };
    for (const [index, items] of this.itemCounts.entries()) {
      const weight = of === 'items' ? items : 1;
      const child = this.children[index];
      counts[child ? countNames[child.status] : 'pending'] += weight;
      counts.total += weight;
    }
    if (this.resultsWritten) counts.resultsWritten = counts.succeeded + counts.failed + counts.timedOut;
    return counts;
  }
}
