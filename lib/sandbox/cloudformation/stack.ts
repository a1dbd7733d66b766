import { randomUUID } from 'node:crypto';
import type { SandboxContext } from '../contract.ts';
import type { AssemblyStack } from './assembly.ts';
import type { Assets } from './assets.ts';
import { creationOrder } from './dependencies.ts';
import { evaluate, holds, type Scope } from './intrinsics.ts';
import { physicalName } from './physical-name.ts';
import type { ResourceRequest } from './resource-type.ts';
import { resourceTypes } from './resources/index.ts';

export type StackStatus = 'CREATE_IN_PROGRESS' | 'CREATE_COMPLETE' | 'CREATE_FAILED';

export interface StackResource {
  logicalId: string;
  type: string;
  id: string;
  attributes: Record<string, unknown>;
  createdAt: Date;
}

export interface StackOutput {
  key: string;
  value: string;
  description: string | undefined;
  exportName: string | undefined;
}

/** What stacks of one deployment share. */
export interface DeploymentContext {
  context: SandboxContext;
  assets: Assets;
  exports: Map<string, string>;
  availabilityZones: string[];
}

/** A stack of the template, made resource by resource; an error names stack, resource and type. */
export class Stack {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly resources = new Map<string, StackResource>();
  readonly outputs: StackOutput[] = [];
  status: StackStatus = 'CREATE_IN_PROGRESS';
  readonly source: AssemblyStack;
  readonly #deployment: DeploymentContext;
  readonly #scope: Scope;

  constructor(source: AssemblyStack, deployment: DeploymentContext) {
    const { account, region } = deployment.context;
    this.name = source.name;
    this.id = `arn:aws:cloudformation:${region}:${account}:stack/${source.name}/${randomUUID()}`;
    this.createdAt = new Date();
    this.source = source;
    this.#deployment = deployment;
    this.#scope = {
      template: source.template,
      pseudoParameters: this.#pseudoParameters(),
      parameters: parametersOf(source),
      resources: this.resources,
      exports: deployment.exports,
    };
  }

  async create(): Promise<void> {
    try {
      if (this.source.template.Transform) throw new Error('The sandbox runs no template macros (Transform)');
      for (const logicalId of creationOrder(this.source.template)) await this.#createResource(logicalId);
      this.#computeOutputs();
      this.status = 'CREATE_COMPLETE';
    } catch (error) {
      this.status = 'CREATE_FAILED';
      throw new Error(`Stack ${this.name}: ${(error as Error).message}`, { cause: error });
    }
  }

  async #createResource(logicalId: string): Promise<void> {
    const resource = this.source.template.Resources![logicalId]!;
    if (resource.Type === 'AWS::CDK::Metadata') return;
    if (resource.Condition !== undefined && !holds(resource.Condition, this.#scope)) return;
    try {
      const type = resourceTypes.get(resource.Type);
      if (type === undefined) throw new Error('the sandbox has no such resource type');
      const properties = evaluate(resource.Properties ?? {}, this.#scope);
      this.#checkProperties(logicalId, properties, type);
      const { id, attributes = {} } = await type.create(this.#request(logicalId, properties));
      this.resources.set(logicalId, {
        logicalId,
        type: resource.Type,
        id,
        attributes,
        createdAt: new Date(),
      });
    } catch (error) {
      const { name, message } = error as Error;
      const code = name === 'Error' ? '' : `${name}: `;
      throw new Error(`resource ${logicalId} (${resource.Type}): ${code}${message}`, { cause: error });
    }
  }

  #checkProperties(
    logicalId: string,
    properties: object,
    type: { honoured: readonly string[]; withoutEffect?: Readonly<Record<string, string>> },
  ): void {
    for (const property of Object.keys(properties)) {
      if (type.honoured.includes(property)) continue;
      const reason = type.withoutEffect?.[property];
      if (reason === undefined) throw new Error(`the sandbox does not honour the property ${property}`);
      this.#deployment.context.log(`${this.name}/${logicalId}: ${property} has no effect here: ${reason}`);
    }
  }

  #request(logicalId: string, properties: Record<string, any>): ResourceRequest {
    const { context, assets } = this.#deployment;
    return {
      stack: this.name,
      logicalId,
      properties,
      context,
      assets,
      name: (given, options) => given ?? physicalName(this.name, logicalId, options),
      call: (service, operation, input) => context.call(service, operation, input),
    };
  }

  #computeOutputs(): void {
    for (const [key, output] of Object.entries(this.source.template.Outputs ?? {})) {
      if (output.Condition !== undefined && !holds(output.Condition, this.#scope)) continue;
      const value = String(evaluate(output.Value, this.#scope));
      const exportName = output.Export && String(evaluate(output.Export.Name, this.#scope));
      if (exportName !== undefined) {
        const { exports } = this.#deployment;
        if (exports.has(exportName))
          throw new Error(`Output ${key}: the export ${exportName} exists already`);
        exports.set(exportName, value);
      }
      this.outputs.push({ key, value, description: output.Description, exportName });
    }
  }

  #pseudoParameters(): Record<string, unknown> {
    const { context, availabilityZones } = this.#deployment;
    return {
      'AWS::AccountId': context.account,
      'AWS::Region': context.region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': this.name,
      'AWS::StackId': this.id,
      'AWS::NotificationARNs': [],
      'sandbox::AvailabilityZones': availabilityZones,
    };
  }
}

/** Defaults only: nobody is asked. The bootstrap stack's version is known to be there. */
function parametersOf({ name, template }: AssemblyStack): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [parameter, { Type, Default }] of Object.entries(template.Parameters ?? {})) {
    if (parameter === 'BootstrapVersion') continue;
    if (Default === undefined) throw new Error(`Stack ${name}: parameter ${parameter} has no default`);
    if (Type.startsWith('AWS::SSM::')) {
      throw new Error(
        `Stack ${name}: parameter ${parameter} is read from SSM, which the sandbox does not have`,
      );
    }
    values[parameter] =
      Type === 'CommaDelimitedList' || Type.startsWith('List<') ? Default.split(',') : Default;
  }
  return values;
}
