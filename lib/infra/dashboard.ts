import { AlarmStatusWidget, Dashboard, GraphWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type Alarms, clusterMetric } from './alarms.ts';

/** One page: is data right, does somebody look, is a run going on, how long do its steps take. */
export function dashboard(scope: Construct, cluster: string, alarms: Alarms): Dashboard {
  const graph = (title: string, ...metrics: [name: string, statistic: string][]) =>
    new GraphWidget({
      title,
      width: 12,
      left: metrics.map(([name, statistic]) => clusterMetric(cluster, name, statistic)),
    });
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: `${cluster}-rollback`,
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', width: 24, alarms: [...alarms.all, alarms.rollbackNeeded] })],
      [
        graph('Invariant violations', ['InvariantViolations', Stats.SUM]),
        graph('Sentinel passes', ['SentinelPass', Stats.SUM]),
      ],
      [
        graph('Replication lag, seconds', ['ReplicationLagSeconds', Stats.MAXIMUM]),
        graph('Runs', ['RunStarted', Stats.SUM], ['RunEnded', Stats.SUM]),
      ],
      [graph('Step duration', ['StepDuration', Stats.MAXIMUM])],
    ],
  });
}
