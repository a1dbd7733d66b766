import { randomUUID } from 'node:crypto';
import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import { deliver } from '../events/delivery.ts';
import { runSchedule } from '../events/firing.ts';
import { parseSchedule } from '../events/schedule-expression.ts';

export interface SchedulerOptions {
  /**
   * Whether a target still works at what it got before. A schedule then leaves a time out: a second of the
   * shrunk clock must not ask for more work than a real minute would.
   */
  isBusy?: (targetArn: string) => boolean;
}

interface Schedule {
  arn: string;
  input: any;
  createdAt: Date;
  changedAt: Date;
  firing: AbortController;
}

/** EventBridge Scheduler: rates, cron and single times in UTC; functions, machines, queues and topics as targets. */
export class SchedulerService implements Service {
  readonly name = 'scheduler';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #options: SchedulerOptions;
  readonly #schedules = new Map<string, Schedule>();
  readonly #groups = new Map<string, Date>();
  readonly #stopping = new AbortController();

  constructor(context: SandboxContext, options: SchedulerOptions = {}) {
    this.#context = context;
    this.#options = options;
    this.#groups.set('default', context.clock.now());
    this.operations = {
      CreateSchedule: async (input) => this.#create(input),
      UpdateSchedule: async (input) => this.#update(input),
      GetSchedule: async (input) => this.#describe(this.#find(input)),
      ListSchedules: async (input) => this.#list(input),
      DeleteSchedule: async (input) => {
        this.#find(input).firing.abort(new Error('The schedule is deleted'));
        this.#schedules.delete(keyOf(input));
        return {};
      },
      CreateScheduleGroup: async (input) => {
        if (this.#groups.has(input.Name)) throw conflict(`Schedule group ${input.Name} already exists.`);
        this.#groups.set(input.Name, this.#context.clock.now());
        return { ScheduleGroupArn: this.#groupArn(input.Name) };
      },
      GetScheduleGroup: async (input) => this.#describeGroup(input.Name),
      ListScheduleGroups: async () => ({
        ScheduleGroups: [...this.#groups.keys()].map((name) => this.#describeGroup(name)),
      }),
      DeleteScheduleGroup: async (input) => this.#deleteGroup(input.Name),
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The sandbox is stopping'));
    for (const schedule of this.#schedules.values())
      schedule.firing.abort(new Error('The sandbox is stopping'));
  }

  #create(input: any) {
    if (this.#schedules.has(keyOf(input))) throw conflict(`Schedule ${input.Name} already exists.`);
    return this.#put(input, this.#context.clock.now());
  }

  #update(input: any) {
    const known = this.#find(input);
    const answer = this.#put(input, known.createdAt);
    known.firing.abort(new Error('The schedule has changed'));
    return answer;
  }

  #put(input: any, createdAt: Date) {
    const group = input.GroupName ?? 'default';
    if (!this.#groups.has(group)) throw notFound(`Schedule group ${group} does not exist.`);
    if (!input.Target?.Arn || !input.Target.RoleArn) {
      throw new ServiceError('ValidationException', 'A schedule needs Target.Arn and Target.RoleArn.');
    }
    if (!['UTC', 'Etc/UTC'].includes(input.ScheduleExpressionTimezone ?? 'UTC')) {
      throw new ServiceError(
        'ValidationException',
        `The sandbox reads schedules in UTC, got time zone ${input.ScheduleExpressionTimezone}`,
      );
    }
    const times = parseSchedule(input.ScheduleExpression);
    const arn = `arn:aws:scheduler:${this.#context.region}:${this.#context.account}:schedule/${group}/${input.Name}`;
    const schedule = {
      arn,
      input,
      createdAt,
      changedAt: this.#context.clock.now(),
      firing: new AbortController(),
    };
    this.#schedules.set(keyOf(input), schedule);
    if (input.State !== 'DISABLED') {
      runSchedule(times, this.#context.clock, schedule.firing.signal, (time) =>
        this.#fire(schedule, time),
      ).catch((error) => {
        if (!schedule.firing.signal.aborted)
          this.#context.log(`schedule ${input.Name} ends: ${error.message}`);
      });
    }
    return { ScheduleArn: arn };
  }

  #fire(schedule: Schedule, time: Date): void {
    const { Target: target, Name: name } = schedule.input;
    if (this.#options.isBusy?.(target.Arn)) return;
    const executionId = randomUUID();
    const destination = {
      arn: target.Arn,
      input: filled(target.Input ?? '{}', {
        'aws.scheduler.schedule-arn': schedule.arn,
        'aws.scheduler.scheduled-time': time.toISOString().replace(/\.\d+Z$/, 'Z'),
        'aws.scheduler.execution-id': executionId,
        'aws.scheduler.attempt-number': '1',
      }),
      roleArn: target.RoleArn,
      retry: {
        attempts: target.RetryPolicy?.MaximumRetryAttempts ?? 185,
        maximumAgeSeconds: target.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400,
      },
      deadLetterQueueArn: target.DeadLetterConfig?.Arn,
      session: executionId.replaceAll('-', ''),
    };
    deliver(this.#context, destination, this.#stopping.signal).catch((error) => {
      if (!this.#stopping.signal.aborted)
        this.#context.log(`schedule ${name}: ${target.Arn}: ${error.message}`);
    });
  }

  #find(input: { Name: string; GroupName?: string }): Schedule {
    const schedule = this.#schedules.get(keyOf(input));
    if (schedule) return schedule;
    throw notFound(`Schedule ${input.Name} does not exist.`);
  }

  #describe({ arn, input, createdAt, changedAt }: Schedule) {
    const { ClientToken: _token, ...settings } = input;
    const defaults = { GroupName: 'default', State: 'ENABLED', ScheduleExpressionTimezone: 'UTC' };
    return { ...defaults, ...settings, Arn: arn, CreationDate: createdAt, LastModificationDate: changedAt };
  }

  #list(input: any) {
    const Schedules = [...this.#schedules.values()]
      .map((schedule) => this.#describe(schedule))
      .filter(
        (schedule) =>
          (!input.GroupName || schedule.GroupName === input.GroupName) &&
          (!input.State || schedule.State === input.State) &&
          schedule.Name.startsWith(input.NamePrefix ?? ''),
      )
      .map((schedule) => ({ ...schedule, Target: { Arn: schedule.Target.Arn } }));
    return { Schedules };
  }

  #groupArn(name: string): string {
    return `arn:aws:scheduler:${this.#context.region}:${this.#context.account}:schedule-group/${name}`;
  }

  #describeGroup(name: string) {
    const createdAt = this.#groups.get(name);
    if (!createdAt) throw notFound(`Schedule group ${name} does not exist.`);
    const dates = { CreationDate: createdAt, LastModificationDate: createdAt };
    return { Name: name, Arn: this.#groupArn(name), State: 'ACTIVE', ...dates };
  }

  #deleteGroup(name: string) {
    this.#describeGroup(name);
    if (name === 'default')
      throw new ServiceError('ValidationException', 'The default schedule group stays.');
    for (const [key, schedule] of this.#schedules) {
      if ((schedule.input.GroupName ?? 'default') !== name) continue;
      schedule.firing.abort(new Error('The schedule group is deleted'));
      this.#schedules.delete(key);
    }
    this.#groups.delete(name);
    return {};
  }
}

function keyOf(input: { Name: string; GroupName?: string }): string {
  return `${input.GroupName ?? 'default'}/${input.Name}`;
}

/** `<aws.scheduler.scheduled-time>` and the like, anywhere in the input. */
function filled(input: string, values: Record<string, string>): string {
  return input.replace(/<(aws\.scheduler\.[a-z-]+)>/g, (token, name) => values[name] ?? token);
}

function notFound(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { status: 404 });
}

function conflict(message: string): ServiceError {
  return new ServiceError('ConflictException', message, { status: 409 });
}
