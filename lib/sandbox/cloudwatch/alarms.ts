import { type SandboxContext, ServiceError } from '../contract.ts';
import { type Alarm, type AlarmState, type CompositeAlarm, initialState, type MetricAlarm } from './alarm.ts';
import { parseAlarmRule } from './alarm-rule.ts';
import type { StateValue } from './evaluation.ts';
import { awsTime, evaluateMetricAlarm, metricAlarmSettings } from './metric-alarm.ts';
import type { MetricStore } from './metric-store.ts';
import { stateChangeEvent, topicMessage } from './notification.ts';

interface HistoryItem {
  AlarmName: string;
  AlarmType: Alarm['kind'];
  Timestamp: Date;
  HistoryItemType: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  HistorySummary: string;
  HistoryData: string;
}

const stateValues: StateValue[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

/** Alarms, their evaluation by the clock, and what a change of state sets off. */
export class Alarms {
  readonly history: HistoryItem[] = [];
  readonly #context: SandboxContext;
  readonly #store: MetricStore;
  readonly #alarms = new Map<string, Alarm>();
  readonly #loops = new Map<string, AbortController>();

  constructor(context: SandboxContext, store: MetricStore) {
    this.#context = context;
    this.#store = store;
  }

  all(): Alarm[] {
    return [...this.#alarms.values()];
  }

  stop(): void {
    for (const loop of this.#loops.values()) loop.abort(new Error('The sandbox is stopping'));
    this.#loops.clear();
  }

  putMetricAlarm(input: any): void {
    const alarm = this.#put({ kind: 'MetricAlarm', settings: metricAlarmSettings(input) }) as MetricAlarm;
    this.#loops.get(alarm.name)?.abort(new Error('The alarm has changed'));
    const loop = new AbortController();
    this.#loops.set(alarm.name, loop);
    this.#evaluateEachPeriod(alarm, loop.signal).catch((error) => {
      if (!loop.signal.aborted)
        this.#context.log(`alarm ${alarm.name} is no longer evaluated: ${error.message}`);
    });
  }

  putCompositeAlarm(input: any): void {
    if (input.ActionsSuppressor) {
      throw new ServiceError('ValidationError', 'The sandbox has no action suppressors on composite alarms.');
    }
    const rule = parseAlarmRule(input.AlarmRule ?? '');
    for (const child of rule.alarms) {
      if (!this.#find(child))
        throw new ServiceError('ValidationError', `AlarmRule names an alarm that does not exist: ${child}`);
    }
    const defaults = { ActionsEnabled: true, OKActions: [], AlarmActions: [], InsufficientDataActions: [] };
    const alarm = this.#put({
      kind: 'CompositeAlarm',
      settings: { ...defaults, ...input },
      rule,
    }) as CompositeAlarm;
    this.#evaluateComposite(alarm);
  }

  delete(names: string[]): void {
    for (const name of names) {
      if (!this.#alarms.has(name)) {
        throw new ServiceError('ResourceNotFound', `Alarms do not exist: ${name}`, { status: 404 });
      }
    }
    for (const name of names) {
      this.#alarms.delete(name);
      this.#loops.get(name)?.abort(new Error('The alarm is deleted'));
      this.#loops.delete(name);
    }
  }

  named(name: string): Alarm {
    const alarm = this.#alarms.get(name);
    if (alarm) return alarm;
    throw new ServiceError('ResourceNotFound', `The alarm does not exist: ${name}`, { status: 404 });
  }

  set(input: any): void {
    if (!stateValues.includes(input.StateValue)) {
      throw new ServiceError(
        'ValidationError',
        `1 validation error detected: Value '${input.StateValue}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]`,
      );
    }
    const alarm = this.#alarms.get(input.AlarmName);
    // Here CloudWatch says no more than the code.
    if (!alarm) throw new ServiceError('ResourceNotFound', '', { status: 404 });
    this.#change(alarm, input.StateValue, input.StateReason, input.StateReasonData);
  }

  #find(nameOrArn: string): Alarm | undefined {
    return this.#alarms.get(nameOrArn) ?? this.all().find((alarm) => alarm.arn === nameOrArn);
  }

  #put(
    made: Pick<MetricAlarm, 'kind' | 'settings'> | Pick<CompositeAlarm, 'kind' | 'settings' | 'rule'>,
  ): Alarm {
    const { account, region, clock } = this.#context;
    const name: string = made.settings.AlarmName;
    const known = this.#alarms.get(name);
    const now = clock.now();
    const alarm = {
      ...made,
      name,
      arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`,
      configuredAt: now,
      state: known?.state ?? initialState(now),
      tags: known?.tags ?? new Map((made.settings.Tags ?? []).map((tag: any) => [tag.Key, tag.Value])),
    } as Alarm;
    this.#alarms.set(name, alarm);
    const summary = known ? `Alarm "${name}" updated` : `Alarm "${name}" created`;
    this.#record(alarm, 'ConfigurationUpdate', summary, {
      version: '1.0',
      type: known ? 'Update' : 'Create',
    });
    return alarm;
  }

  /** A little after the end of each period, so that what was measured in it has arrived. */
  async #evaluateEachPeriod(alarm: MetricAlarm, signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    const periodMs = (alarm.settings.Period * 1000) / clock.recurrenceScale;
    const grace = Math.min(periodMs / 10, 1000);
    for (;;) {
      const now = clock.now().getTime();
      const next = (Math.floor((now - grace) / periodMs) + 1) * periodMs + grace;
      await clock.sleep((next - now) * clock.scale, signal);
      const { state, reason, reasonData } = evaluateMetricAlarm(alarm, this.#store, clock.now(), periodMs);
      if (state) this.#change(alarm, state, reason, reasonData);
    }
  }

  #evaluateComposite(alarm: CompositeAlarm, cause?: Alarm): void {
    const holds = alarm.rule.holds((child) => this.#find(child)?.state.value ?? 'INSUFFICIENT_DATA');
    const value = holds ? 'ALARM' : 'OK';
    if (!cause) {
      this.#change(alarm, value, `${alarm.arn} was created and its alarm rule evaluates to ${value}`);
      return;
    }
    const at = awsTime(cause.state.updatedAt);
    const reason = `${cause.arn} transitioned to ${cause.state.value} at ${at}`;
    const triggeringAlarms = [{ arn: cause.arn, state: { value: cause.state.value, timestamp: at } }];
    this.#change(alarm, value, reason, JSON.stringify({ triggeringAlarms }));
  }

  #change(alarm: Alarm, value: StateValue, reason: string, reasonData?: string): void {
    const previous = alarm.state;
    if (previous.value === value) return;
    const now = this.#context.clock.now();
    alarm.state = { value, reason, reasonData, updatedAt: now, transitionedAt: now };
    this.#record(alarm, 'StateUpdate', `Alarm updated from ${previous.value} to ${value}`, {
      version: '1.0',
      oldState: historyState(previous),
      newState: historyState(alarm.state),
    });
    const change = { alarm, previous };
    this.#context.publish(stateChangeEvent(change));
    this.#act(alarm, previous);
    for (const composite of this.all()) {
      if (composite.kind !== 'CompositeAlarm') continue;
      if (composite.rule.alarms.some((child) => this.#find(child) === alarm))
        this.#evaluateComposite(composite, alarm);
    }
  }

  #act(alarm: Alarm, previous: AlarmState): void {
    const { settings, state } = alarm;
    if (!settings.ActionsEnabled) return;
    const lists = { ALARM: 'AlarmActions', OK: 'OKActions', INSUFFICIENT_DATA: 'InsufficientDataActions' };
    const { account, region, log } = this.#context;
    for (const action of settings[lists[state.value]] as string[]) {
      if (action.split(':')[2] !== 'sns') {
        log(`alarm ${alarm.name}: the sandbox carries out SNS actions only, not ${action}`);
        continue;
      }
      this.#context
        .call('sns', 'Publish', { TopicArn: action, ...topicMessage({ alarm, previous }, account, region) })
        .then(() =>
          this.#record(alarm, 'Action', `Successfully executed action ${action}`, {
            actionState: 'Succeeded',
          }),
        )
        .catch((error) => {
          log(`alarm ${alarm.name}: ${action} failed: ${error.message}`);
          this.#record(alarm, 'Action', `Failed to execute action ${action}`, {
            actionState: 'Failed',
            error: error.message,
          });
        });
    }
  }

  #record(alarm: Alarm, type: HistoryItem['HistoryItemType'], summary: string, data: object): void {
    this.history.push({
      AlarmName: alarm.name,
      AlarmType: alarm.kind,
      Timestamp: this.#context.clock.now(),
      HistoryItemType: type,
      HistorySummary: summary,
      HistoryData: JSON.stringify(data),
    });
  }
}

function historyState({ value, reason, reasonData }: AlarmState) {
  return {
    stateValue: value,
    stateReason: reason,
    ...(reasonData && { stateReasonData: parsed(reasonData) }),
  };
}

/** SetAlarmState takes any text as reason data. */
function parsed(reasonData: string): unknown {
  try {
    return JSON.parse(reasonData);
  } catch {
    return reasonData;
  }
}
