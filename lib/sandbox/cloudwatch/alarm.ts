import type { AlarmRule } from './alarm-rule.ts';
import type { StateValue } from './evaluation.ts';

export interface AlarmState {
  value: StateValue;
  reason: string;
  /** JSON text. */
  reasonData?: string;
  updatedAt: Date;
  transitionedAt: Date;
}

interface Common {
  name: string;
  arn: string;
  /** The request that made it, with the service's defaults filled in. */
  settings: any;
  configuredAt: Date;
  state: AlarmState;
  tags: Map<string, string>;
}

export type MetricAlarm = Common & { kind: 'MetricAlarm' };
export type CompositeAlarm = Common & { kind: 'CompositeAlarm'; rule: AlarmRule };
export type Alarm = MetricAlarm | CompositeAlarm;

/** As DescribeAlarms shows it. */
export function describeAlarm(alarm: Alarm) {
  const { Tags: _tags, ...settings } = alarm.settings;
  const { state } = alarm;
  return {
    ...settings,
    AlarmArn: alarm.arn,
    AlarmConfigurationUpdatedTimestamp: alarm.configuredAt,
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData !== undefined && { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: state.updatedAt,
    StateTransitionedTimestamp: state.transitionedAt,
  };
}

export function initialState(now: Date): AlarmState {
  return {
    value: 'INSUFFICIENT_DATA',
    reason: 'Unchecked: Initial alarm creation',
    updatedAt: now,
    transitionedAt: now,
  };
}
