import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { RollbackError } from '../../domain/errors.ts';
import { send } from './errors.ts';

interface AlarmState {
  name: string;
  ringing: boolean;
  /** Milliseconds UTC: since when the alarm has this state. */
  since: number;
  reason: string;
}

/** CloudWatch's alarms, read and not believed from events. */
export function cloudwatchAlarms(cloudwatch: CloudWatchClient) {
  return {
    /** The state of the composite alarm. Throws `NotConfigured` where there is none of that name. */
    async composite(name: string): Promise<AlarmState> {
      const { CompositeAlarms } = await send(
        cloudwatch,
        new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['CompositeAlarm'] }),
      );
      const alarm = CompositeAlarms?.[0];
      if (alarm === undefined) {
        throw new RollbackError('NotConfigured', `Expected a composite alarm named ${name}, got none.`);
      }
      const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp ?? new Date(0);
      return {
        name,
        ringing: alarm.StateValue === 'ALARM',
        since: since.getTime(),
        reason: alarm.StateReason ?? '',
      };
    },
  };
}

export type Alarms = ReturnType<typeof cloudwatchAlarms>;
