import { randomUUID } from 'node:crypto';
import {
  type AwsEvent,
  type Operation,
  type SandboxContext,
  type Service,
  ServiceError,
} from '../contract.ts';
import { deliver } from './delivery.ts';
import { runSchedule } from './firing.ts';
import { checkTarget, targetInput } from './input.ts';
import { compilePattern } from './pattern.ts';
import { type BusEvent, describeRule, type Rule } from './rule.ts';
import { parseSchedule } from './schedule-expression.ts';

/** EventBridge with its default bus: rules, patterns, inputs, retries, dead-letter queues. */
export class EventBridgeService implements Service {
  readonly name = 'events';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #rules = new Map<string, Rule>();
  readonly #stopping = new AbortController();

  constructor(context: SandboxContext) {
    this.#context = context;
    this.operations = {
      PutRule: async (input) => this.#putRule(input),
      DescribeRule: async (input) => ({ ...describeRule(this.#rule(input)), CreatedBy: context.account }),
      ListRules: async (input) => {
        onDefaultBus(input);
        const rules = [...this.#rules.values()].filter((rule) =>
          rule.name.startsWith(input.NamePrefix ?? ''),
        );
        return { Rules: rules.map(describeRule) };
      },
      DeleteRule: async (input) => this.#deleteRule(input),
      EnableRule: async (input) => this.#switch(input, 'ENABLED'),
      DisableRule: async (input) => this.#switch(input, 'DISABLED'),
      PutTargets: async (input) => this.#putTargets(input),
      RemoveTargets: async (input) => {
        const { targets } = this.#rule({ Name: input.Rule, EventBusName: input.EventBusName });
        for (const id of input.Ids) targets.delete(id);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
      ListTargetsByRule: async (input) => {
        const rule = this.#rule({ Name: input.Rule, EventBusName: input.EventBusName });
        const from = Number(input.NextToken ?? 0);
        const to = from + (input.Limit ?? 100);
        const targets = [...rule.targets.values()];
        return {
          Targets: targets.slice(from, to),
          NextToken: to < targets.length ? String(to) : undefined,
        };
      },
      PutEvents: async (input) => this.#putEvents(input),
      TestEventPattern: async (input) => ({
        Result: compilePattern(input.EventPattern)(eventOf(input.Event)),
      }),
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The sandbox is stopping'));
    for (const rule of this.#rules.values()) rule.firing.abort(new Error('The sandbox is stopping'));
  }

  /** Takes an event of an AWS service onto the default bus. */
  receive(event: AwsEvent): void {
    this.#spread(this.#complete(event, this.#context.clock.now()));
  }

  #complete(event: AwsEvent, time: Date): BusEvent {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': event['detail-type'],
      source: event.source,
      account: this.#context.account,
      time: time.toISOString().replace(/\.\d+Z$/, 'Z'),
      region: this.#context.region,
      resources: event.resources,
      detail: event.detail,
    };
  }

  #spread(event: BusEvent): void {
    for (const rule of this.#rules.values()) {
      if (rule.state === 'ENABLED' && rule.matches?.(event)) this.#deliver(rule, event);
    }
  }

  #deliver(rule: Rule, event: BusEvent): void {
    const facts = { ruleArn: rule.arn, ruleName: rule.name, ingestionTime: this.#context.clock.now() };
    for (const target of rule.targets.values()) {
      const destination = {
        arn: target.Arn,
        input: targetInput(target, { ...event }, facts),
        roleArn: target.RoleArn,
        ruleArn: rule.arn,
        retry: {
          attempts: target.RetryPolicy?.MaximumRetryAttempts ?? 185,
          maximumAgeSeconds: target.RetryPolicy?.MaximumEventAgeInSeconds ?? 86_400,
        },
        deadLetterQueueArn: target.DeadLetterConfig?.Arn,
        session: event.id.replaceAll('-', ''),
      };
      deliver(this.#context, destination, this.#stopping.signal).catch((error) => {
        if (!this.#stopping.signal.aborted)
          this.#context.log(`rule ${rule.name}: ${target.Arn}: ${error.message}`);
      });
    }
  }

  #putRule(input: any) {
    onDefaultBus(input);
    if (!/^[.\w-]{1,64}$/.test(input.Name ?? '')) {
      throw new ServiceError(
        'ValidationException',
        `A rule's name has 1 to 64 of letters, digits, . - _, got ${input.Name}`,
      );
    }
    if (!input.EventPattern && !input.ScheduleExpression) {
      throw new ServiceError(
        'ValidationException',
        'Parameter(s) EventPattern or ScheduleExpression must be specified.',
      );
    }
    if (input.ScheduleExpression?.startsWith('at(')) {
      throw new ServiceError('ValidationException', 'Parameter ScheduleExpression is not valid.');
    }
    const known = this.#rules.get(input.Name);
    const rule: Rule = {
      name: input.Name,
      arn: `arn:aws:events:${this.#context.region}:${this.#context.account}:rule/${input.Name}`,
      description: input.Description,
      state: input.State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
      patternText: input.EventPattern,
      matches: input.EventPattern && compilePattern(input.EventPattern),
      scheduleExpression: input.ScheduleExpression,
      times: input.ScheduleExpression && parseSchedule(input.ScheduleExpression),
      roleArn: input.RoleArn,
      targets: known?.targets ?? new Map(),
      firing: new AbortController(),
    };
    known?.firing.abort(new Error('The rule has changed'));
    this.#rules.set(rule.name, rule);
    if (rule.times) this.#fireBySchedule(rule);
    return { RuleArn: rule.arn };
  }

  #fireBySchedule(rule: Rule): void {
    runSchedule(rule.times!, this.#context.clock, rule.firing.signal, (time) => {
      if (rule.state !== 'ENABLED') return;
      const event = {
        source: 'aws.events',
        'detail-type': 'Scheduled Event',
        resources: [rule.arn],
        detail: {},
      };
      this.#deliver(rule, this.#complete(event, time));
    }).catch((error) => {
      if (!rule.firing.signal.aborted)
        this.#context.log(`rule ${rule.name} no longer fires: ${error.message}`);
    });
  }

  #rule(input: { Name: string; EventBusName?: string }): Rule {
    onDefaultBus(input);
    const rule = this.#rules.get(input.Name);
    if (rule) return rule;
    throw new ServiceError(
      'ResourceNotFoundException',
      `Rule ${input.Name} does not exist on EventBus default.`,
    );
  }

  #switch(input: any, state: Rule['state']) {
    this.#rule(input).state = state;
    return {};
  }

  #deleteRule(input: any) {
    const rule = this.#rules.get(input.Name);
    if (!rule) return {};
    if (rule.targets.size > 0) {
      throw new ServiceError('ValidationException', "Rule can't be deleted since it has targets.");
    }
    rule.firing.abort(new Error('The rule is deleted'));
    this.#rules.delete(rule.name);
    return {};
  }

  #putTargets(input: any) {
    const rule = this.#rule({ Name: input.Rule, EventBusName: input.EventBusName });
    for (const target of input.Targets) checkTarget(target);
    const ids = new Set([...rule.targets.keys(), ...input.Targets.map((target: any) => target.Id)]);
    if (ids.size > 5) {
      throw new ServiceError(
        'LimitExceededException',
        'The requested resource exceeds the maximum number allowed.',
      );
    }
    for (const target of input.Targets) rule.targets.set(target.Id, target);
    return { FailedEntryCount: 0, FailedEntries: [] };
  }

  #putEvents(input: any) {
    const Entries = input.Entries.map((entry: any) => {
      const problem = problemOf(entry);
      if (problem) return problem;
      const { Source: source, DetailType, Resources: resources = [] } = entry;
      const given = { source, 'detail-type': DetailType, resources, detail: JSON.parse(entry.Detail) };
      const event = this.#complete(given, entry.Time ?? this.#context.clock.now());
      this.#spread(event);
      return { EventId: event.id };
    });
    return { FailedEntryCount: Entries.filter((entry: any) => entry.ErrorCode).length, Entries };
  }
}

/** TestEventPattern wants a whole event, also where the pattern looks at none of these. */
const eventMembers = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

function eventOf(text: string): object {
  try {
    const event = JSON.parse(text);
    if (eventMembers.every((member) => event?.[member] !== undefined)) return event;
  } catch {
    // Not JSON: the same answer as for JSON that is no event.
  }
  throw new ServiceError('ValidationException', 'Parameter Event is not valid.');
}

function onDefaultBus(input: { EventBusName?: string }): void {
  const { EventBusName: bus } = input;
  if (bus === undefined || bus === 'default' || bus.endsWith(':event-bus/default')) return;
  throw new ServiceError(
    'ResourceNotFoundException',
    `Event bus ${bus} does not exist: the sandbox has the default bus only.`,
  );
}

function problemOf(entry: any): { ErrorCode: string; ErrorMessage: string } | undefined {
  const missing = ['Source', 'DetailType', 'Detail'].find((member) => !entry[member]);
  if (missing) {
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    };
  }
  if (entry.Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  try {
    const detail = JSON.parse(entry.Detail);
    if (typeof detail === 'object' && detail !== null && !Array.isArray(detail)) return undefined;
  } catch {
    // Not JSON: the same answer as for JSON that is no object.
  }
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}
