import type { EventPattern } from './pattern.ts';
import type { ScheduleTimes } from './schedule-expression.ts';

export interface Rule {
  name: string;
  arn: string;
  description?: string;
  state: 'ENABLED' | 'DISABLED';
  patternText?: string;
  matches?: EventPattern;
  scheduleExpression?: string;
  times?: ScheduleTimes;
  roleArn?: string;
  /** As given to PutTargets, by id. */
  targets: Map<string, any>;
  /** Ends the schedule's firing. */
  firing: AbortController;
}

/** As DescribeRule and ListRules show it. */
export function describeRule(rule: Rule) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    State: rule.state,
    EventBusName: 'default',
    ...(rule.description && { Description: rule.description }),
    ...(rule.patternText && { EventPattern: rule.patternText }),
    ...(rule.scheduleExpression && { ScheduleExpression: rule.scheduleExpression }),
    ...(rule.roleArn && { RoleArn: rule.roleArn }),
  };
}

/** A full event, as targets get it. */
export interface BusEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** RFC 3339 UTC, whole seconds. */
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
}
