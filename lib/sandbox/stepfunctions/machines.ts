import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type SandboxContext, ServiceError } from '../contract.ts';
import type { Machine } from './host.ts';
import { limits } from './limits.ts';
import { parseDefinition } from './validate/definition.ts';

export interface StoredMachine extends Machine {
  /** The definition's text as it was given. */
  text: string;
  creationDate: Date;
  /** Of the newest change; none before the first. */
  revisionId?: string;
  tags: Map<string, string>;
  loggingConfiguration: Record<string, unknown>;
  tracingConfiguration: Record<string, unknown>;
}

export interface MachineRequest {
  name: string;
  definition: string;
  roleArn: string;
  type?: string;
  loggingConfiguration?: Record<string, unknown>;
  tracingConfiguration?: Record<string, unknown>;
  tags?: { key: string; value: string }[];
}

/** Names of state machines and executions: no spaces, brackets, wildcards, special or control characters. */
export function checkName(name: string): void {
  if (
    name.length < 1 ||
    name.length > limits.nameLength ||
    !/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]+$/u.test(name)
  ) {
    throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
  }
}

export function checkArn(arn: string): void {
  if (!arn.startsWith('arn:'))
    throw new ServiceError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
}

/** The state machines of the account. */
export class Machines {
  readonly #byArn = new Map<string, StoredMachine>();
  readonly #sandbox: SandboxContext;

  constructor(sandbox: SandboxContext) {
    this.#sandbox = sandbox;
  }

  /** Throws InvalidName, InvalidDefinition, InvalidArn or StateMachineAlreadyExists. */
  create(request: MachineRequest): StoredMachine {
    const { name, definition: text, roleArn, type = 'STANDARD' } = request;
    checkName(name);
    if (type !== 'STANDARD') {
      throw new ServiceError(
        'StateMachineTypeNotSupported',
        `The sandbox runs STANDARD state machines only, not ${type}`,
      );
    }
    checkRole(roleArn);
    const { account, region, clock } = this.#sandbox;
    const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
    const existing = this.#byArn.get(arn);
    if (existing) {
      if (existing.text === text && existing.roleArn === roleArn) return existing;
      throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    const machine: StoredMachine = {
      arn,
      name,
      roleArn,
      text,
      definition: parseDefinition(text),
      creationDate: clock.now(),
      tags: new Map(request.tags?.map(({ key, value }) => [key, value])),
      loggingConfiguration: loggingOf(request.loggingConfiguration),
      tracingConfiguration: request.tracingConfiguration ?? { enabled: false },
    };
    this.#byArn.set(arn, machine);
    return machine;
  }

  /** Executions that run go on with the definition they were started with. */
  update(
    arn: string,
    change: Partial<Omit<MachineRequest, 'name' | 'type' | 'tags'>>,
  ): { updateDate: Date; revisionId: string | undefined } {
    const machine = this.get(arn);
    const { definition, roleArn, loggingConfiguration, tracingConfiguration } = change;
    if (!definition && !roleArn && !loggingConfiguration && !tracingConfiguration) {
      throw new ServiceError(
        'MissingRequiredParameter',
        'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
      );
    }
    if (change.roleArn !== undefined) checkRole(change.roleArn);
    const changed: StoredMachine = {
      ...machine,
      ...(change.definition === undefined
        ? {}
        : { text: change.definition, definition: parseDefinition(change.definition) }),
      roleArn: change.roleArn ?? machine.roleArn,
      loggingConfiguration: loggingConfiguration
        ? loggingOf(loggingConfiguration)
        : machine.loggingConfiguration,
      tracingConfiguration: tracingConfiguration ?? machine.tracingConfiguration,
    };
    if (!isDeepStrictEqual(changed, machine)) {
      changed.revisionId = randomUUID();
      this.#byArn.set(arn, changed);
    }
    return { updateDate: this.#sandbox.clock.now(), revisionId: changed.revisionId };
  }

  delete(arn: string): void {
    this.#byArn.delete(arn);
  }

  get(arn: string): StoredMachine {
    checkArn(arn);
    const machine = this.#byArn.get(arn);
    if (!machine)
      throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  all(): StoredMachine[] {
    return [...this.#byArn.values()];
  }
}

/** Logs go to one group, where they go anywhere. */
function loggingOf(configuration: Record<string, unknown> = {}): Record<string, unknown> {
  const { level = 'OFF', includeExecutionData = false, destinations } = configuration;
  const count = Array.isArray(destinations) ? destinations.length : 0;
  if (count > 1 || (level !== 'OFF' && count !== 1)) {
    throw new ServiceError(
      'InvalidLoggingConfiguration',
      'Invalid Logging Configuration: Must specify exactly one Log Destination.',
    );
  }
  return { level, includeExecutionData, ...(count > 0 ? { destinations } : {}) };
}

function checkRole(roleArn: string): void {
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+/.test(roleArn ?? '')) {
    throw new ServiceError(
      'InvalidArn',
      `Invalid Arn: 'Expected the ARN of an IAM role but got: ${roleArn}'`,
    );
  }
}
