import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import { type Alarm, describeAlarm } from './alarm.ts';
import { Alarms } from './alarms.ts';
import { MetricStore } from './metric-store.ts';
import { MetricQueries } from './queries.ts';

/** CloudWatch: metrics in memory, alarms evaluated by the clock, changes told to EventBridge and SNS. */
export class CloudWatchService implements Service {
  readonly name = 'monitoring';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #store = new MetricStore();
  readonly #alarms: Alarms;
  readonly #dashboards = new Map<string, string>();

  constructor(context: SandboxContext) {
    this.#context = context;
    this.#alarms = new Alarms(context, this.#store);
    const queries = new MetricQueries(context, this.#store);
    this.operations = {
      PutMetricData: async (input) => this.#putMetricData(input),
      ListMetrics: async (input) => queries.list(input),
      GetMetricStatistics: async (input) => queries.statistics(input),
      GetMetricData: async (input) => queries.data(input),
      PutMetricAlarm: async (input) => done(() => this.#alarms.putMetricAlarm(input)),
      PutCompositeAlarm: async (input) => done(() => this.#alarms.putCompositeAlarm(input)),
      DescribeAlarms: async (input) => this.#describe(input),
      DescribeAlarmsForMetric: async (input) => this.#describeForMetric(input),
      DescribeAlarmHistory: async (input) => this.#history(input),
      SetAlarmState: async (input) => done(() => this.#alarms.set(input)),
      DeleteAlarms: async (input) => done(() => this.#alarms.delete(input.AlarmNames ?? [])),
      EnableAlarmActions: async (input) => this.#enable(input.AlarmNames, true),
      DisableAlarmActions: async (input) => this.#enable(input.AlarmNames, false),
      TagResource: async (input) => {
        const { tags } = this.#byArn(input.ResourceARN);
        for (const { Key, Value } of input.Tags) tags.set(Key, Value);
        return {};
      },
      UntagResource: async (input) => {
        for (const key of input.TagKeys) this.#byArn(input.ResourceARN).tags.delete(key);
        return {};
      },
      ListTagsForResource: async (input) => {
        const alarm = this.#alarms.all().find((each) => each.arn === input.ResourceARN);
        return { Tags: [...(alarm?.tags ?? [])].map(([Key, Value]) => ({ Key, Value })) };
      },
      PutDashboard: async (input) => this.#putDashboard(input),
      GetDashboard: async (input) => this.#getDashboard(input.DashboardName),
      ListDashboards: async () => ({
        DashboardEntries: [...this.#dashboards.keys()].map((name) => this.#dashboardEntry(name)),
      }),
      DeleteDashboards: async (input) => {
        for (const name of input.DashboardNames) this.#dashboards.delete(name);
        return {};
      },
    };
  }

  async stop(): Promise<void> {
    this.#alarms.stop();
  }

  #putMetricData(input: any) {
    for (const datum of input.MetricData ?? [])
      this.#store.put(input.Namespace, datum, this.#context.clock.now());
    return {};
  }

  #describe(input: any) {
    // Composite alarms come only where they are asked for, even by name.
    const types: string[] = input.AlarmTypes ?? ['MetricAlarm'];
    const wanted = (alarm: Alarm) =>
      types.includes(alarm.kind) &&
      (!input.AlarmNames || input.AlarmNames.includes(alarm.name)) &&
      (!input.AlarmNamePrefix || alarm.name.startsWith(input.AlarmNamePrefix)) &&
      (!input.StateValue || alarm.state.value === input.StateValue);
    const alarms = this.#alarms.all().filter(wanted);
    const of = (kind: Alarm['kind']) => alarms.filter((alarm) => alarm.kind === kind).map(describeAlarm);
    return { MetricAlarms: of('MetricAlarm'), CompositeAlarms: of('CompositeAlarm') };
  }

  #describeForMetric(input: any) {
    const sorted = (dimensions: any[] = []) =>
      JSON.stringify(dimensions.map(({ Name, Value }) => [Name, Value]).sort());
    const watches = ({ kind, settings }: Alarm) =>
      kind === 'MetricAlarm' &&
      settings.Namespace === input.Namespace &&
      settings.MetricName === input.MetricName &&
      sorted(settings.Dimensions) === sorted(input.Dimensions) &&
      (!input.Statistic || settings.Statistic === input.Statistic) &&
      (!input.Period || settings.Period === input.Period) &&
      (!input.Unit || settings.Unit === input.Unit);
    return { MetricAlarms: this.#alarms.all().filter(watches).map(describeAlarm) };
  }

  #history(input: any) {
    const items = this.#alarms.history.filter(
      (item) =>
        (!input.AlarmName || item.AlarmName === input.AlarmName) &&
        (input.AlarmTypes ?? ['MetricAlarm']).includes(item.AlarmType) &&
        (!input.HistoryItemType || item.HistoryItemType === input.HistoryItemType) &&
        (!input.StartDate || item.Timestamp >= input.StartDate) &&
        (!input.EndDate || item.Timestamp <= input.EndDate),
    );
    const newestFirst = input.ScanBy !== 'TimestampAscending';
    const ordered = newestFirst ? items.toReversed() : items;
    return { AlarmHistoryItems: ordered.slice(0, input.MaxRecords ?? 100) };
  }

  #enable(names: string[], enabled: boolean) {
    for (const name of names) this.#alarms.named(name).settings.ActionsEnabled = enabled;
    return {};
  }

  #byArn(arn: string): Alarm {
    const alarm = this.#alarms.all().find((each) => each.arn === arn);
    if (alarm) return alarm;
    throw new ServiceError('ResourceNotFoundException', `The resource does not exist: ${arn}`, {
      status: 404,
    });
  }

  #putDashboard(input: any) {
    try {
      JSON.parse(input.DashboardBody);
    } catch (error) {
      throw new ServiceError(
        'InvalidParameterInput',
        `The dashboard ${input.DashboardName} is not JSON: ${error}`,
      );
    }
    this.#dashboards.set(input.DashboardName, input.DashboardBody);
    return { DashboardValidationMessages: [] };
  }

  #getDashboard(name: string) {
    const DashboardBody = this.#dashboards.get(name);
    if (DashboardBody === undefined) {
      throw new ServiceError('ResourceNotFound', `Dashboard ${name} does not exist`, { status: 404 });
    }
    return { ...this.#dashboardEntry(name), DashboardBody };
  }

  #dashboardEntry(name: string) {
    return {
      DashboardName: name,
      DashboardArn: `arn:aws:cloudwatch::${this.#context.account}:dashboard/${name}`,
    };
  }
}

/** The empty answer of an operation that only acts. */
function done(act: () => void): object {
  act();
  return {};
}
