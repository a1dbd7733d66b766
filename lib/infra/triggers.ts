import { Duration, Stack } from 'aws-cdk-lib';
import type { CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventInvokeConfig, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface TriggersProps {
  cluster: string;
  trigger: IFunction;
  sentinel: IFunction;
  rollbackNeeded: CompositeAlarm;
  rollbackMachineArn: string;
  deadLetters: IQueue;
}

/**
 * Everything that wakes a function by itself. Events are hints, delivered at least once or not at all; the
 * schedule finds what they missed.
 */
export class Triggers extends Construct {
  private readonly props: TriggersProps;
  private readonly scheduler: Role;

  constructor(scope: Construct, id: string, props: TriggersProps) {
    super(scope, id);
    this.props = props;
    this.scheduler = this.schedulerRole();
    this.onAlarm();
    this.onEndedRun();
    this.everyMinute('SentinelEveryMinute', 'sentinel', props.sentinel);
    this.everyMinute('TriggerEveryMinute', 'trigger', props.trigger);
    // A rule's dead-letter queue takes what could not be delivered; this, what the function failed on.
    this.failures('TriggerFailures', props.trigger, { retryAttempts: 2, maxEventAge: Duration.minutes(10) });
    // The next pass comes in a minute: a late one would measure nothing new.
    this.failures('SentinelFailures', props.sentinel, { retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  }

  private onAlarm(): void {
    new Rule(this, 'AlarmRule', {
      ruleName: `${this.props.cluster}-rollback-needed`,
      description: 'The composite alarm went off',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        resources: [this.props.rollbackNeeded.alarmArn],
        detail: { state: { value: ['ALARM'] } },
      },
      targets: [this.triggerTarget()],
    });
  }

  /** A stopped or timed-out execution runs no catch of its own. */
  private onEndedRun(): void {
    new Rule(this, 'EndedRunRule', {
      ruleName: `${this.props.cluster}-rollback-ended`,
      description: 'A run ended otherwise than by its own last state',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [this.props.rollbackMachineArn],
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      targets: [this.triggerTarget()],
    });
  }

  private triggerTarget(): FunctionTarget {
    return new FunctionTarget(this.props.trigger, {
      deadLetterQueue: this.props.deadLetters,
      retryAttempts: 8,
      maxEventAge: Duration.minutes(15),
    });
  }

  private everyMinute(id: string, name: string, fn: IFunction): void {
    new Schedule(this, id, {
      scheduleName: `${this.props.cluster}-${name}`,
      description: `Wakes ${name} once a minute`,
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      target: new LambdaInvoke(fn, {
        role: this.scheduler.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject({ source: 'schedule' }),
        deadLetterQueue: this.props.deadLetters,
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    });
  }

  private schedulerRole(): Role {
    const { trigger, sentinel, deadLetters } = this.props;
    const statements = [
      new PolicyStatement({
        sid: 'WakeFunctions',
        actions: ['lambda:InvokeFunction'],
        resources: [trigger.functionArn, sentinel.functionArn],
      }),
      new PolicyStatement({
        sid: 'KeepUndelivered',
        actions: ['sqs:SendMessage'],
        resources: [deadLetters.queueArn],
      }),
    ];
    return new Role(this, 'SchedulerRole', {
      description: 'Wakes the sentinel and the trigger',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: { wake: new PolicyDocument({ statements }) },
    });
  }

  private failures(id: string, fn: IFunction, retry: { retryAttempts: number; maxEventAge: Duration }): void {
    new EventInvokeConfig(this, id, {
      function: fn,
      onFailure: new SqsDestination(this.props.deadLetters),
      ...retry,
    });
  }
}
