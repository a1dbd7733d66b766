import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface AlarmsProps {
  cluster: string;
  topic: ITopic;
  /** Where events lie that no function took. */
  deadLetters: IQueue;
}

const metricNamespace = 'SafeRollback';

/** A metric of the whole cluster, a value a minute. */
export function clusterMetric(cluster: string, metricName: string, statistic: string = Stats.SUM): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { Cluster: cluster },
    period: Duration.minutes(1),
    statistic,
  });
}

/**
 * What calls for a rollback, and what only calls for a person: a silent sentinel knows nothing, so it never
 * starts a run. No suppressors: a suppressor's wait period hides the very transition that starts the run.
 */
export class Alarms extends Construct {
  readonly invariants: Alarm;
  readonly rollbackNeeded: CompositeAlarm;
  readonly all: Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { cluster } = props;
    this.invariants = new Alarm(this, 'Invariants', {
      alarmName: `${cluster}-invariants`,
      alarmDescription: 'A query that must return no rows returned some: data is damaged.',
      metric: clusterMetric(cluster, 'InvariantViolations'),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const silent = new Alarm(this, 'SentinelSilent', {
      alarmName: `${cluster}-sentinel-silent`,
      alarmDescription:
        'The sentinel has not passed on every shard for three minutes: damage would not be noticed.',
      metric: clusterMetric(cluster, 'SentinelPass'),
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 3,
      datapointsToAlarm: 3,
      treatMissingData: TreatMissingData.BREACHING,
    });
    const lost = new Alarm(this, 'EventsLost', {
      alarmName: `${cluster}-events-lost`,
      alarmDescription: 'An event that should have reached a function lies in the dead-letter queue.',
      metric: props.deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    this.rollbackNeeded = new CompositeAlarm(this, 'RollbackNeeded', {
      compositeAlarmName: `${cluster}-rollback-needed`,
      alarmDescription: 'What the policy arms a rollback for has happened.',
      alarmRule: AlarmRule.fromAlarm(this.invariants, AlarmState.ALARM),
    });
    this.all = [this.invariants, silent, lost];
    const tell = new SnsAction(props.topic);
    for (const alarm of [...this.all, this.rollbackNeeded]) {
      alarm.addAlarmAction(tell);
      alarm.addOkAction(tell);
    }
  }
}
