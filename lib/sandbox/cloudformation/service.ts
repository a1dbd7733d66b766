import type { Operation, SandboxContext, Service } from '../contract.ts';
import { ServiceError } from '../contract.ts';
import { type AssemblyStack, readAssembly } from './assembly.ts';
import { Assets } from './assets.ts';
import { type DeploymentContext, Stack } from './stack.ts';

/** What a deployment made of one stack. */
export interface DeployedStack {
  outputs: Record<string, string>;
  /** By logical id. */
  resources: Record<string, { type: string; id: string }>;
}

/** CloudFormation: stacks come from a synthesised app, and the API shows them. */
export class CloudFormationService implements Service {
  readonly name = 'cloudformation';
  readonly operations: Record<string, Operation>;
  readonly #context: SandboxContext;
  readonly #stacks = new Map<string, Stack>();
  readonly #deployment: DeploymentContext;

  constructor(context: SandboxContext, options: { availabilityZones: string[] }) {
    this.#context = context;
    this.#deployment = {
      context,
      assets: new Assets(context),
      exports: new Map(),
      availabilityZones: options.availabilityZones,
    };
    this.operations = {
      DescribeStacks: async ({ StackName }) => ({ Stacks: this.#select(StackName).map(describeStack) }),
      ListStacks: async () => ({ StackSummaries: this.#select(undefined).map(describeStack) }),
      ListStackResources: async ({ StackName }) => ({
        StackResourceSummaries: describeResources(this.#find(StackName)),
      }),
      DescribeStackResources: async ({ StackName, LogicalResourceId }) => ({
        StackResources: describeResources(this.#find(StackName)).filter(
          (each) => LogicalResourceId === undefined || each.LogicalResourceId === LogicalResourceId,
        ),
      }),
      GetTemplate: async ({ StackName }) => ({
        TemplateBody: JSON.stringify(this.#find(StackName).source.template),
        StagesAvailable: ['Original', 'Processed'],
      }),
      ListExports: async () => ({ Exports: this.#exports() }),
    };
  }

  /** Publishes the app's assets and makes its stacks, those others depend on first. */
  async deploy(directory: string): Promise<Record<string, DeployedStack>> {
    const deployed: Record<string, DeployedStack> = {};
    for (const source of readAssembly(directory)) {
      this.#check(source);
      await this.#deployment.assets.publish(source.assets);
      const stack = new Stack(source, this.#deployment);
      this.#stacks.set(stack.name, stack);
      await stack.create();
      deployed[stack.name] = {
        outputs: Object.fromEntries(stack.outputs.map(({ key, value }) => [key, value])),
        resources: Object.fromEntries(
          [...stack.resources.values()].map(({ logicalId, type, id }) => [logicalId, { type, id }]),
        ),
      };
    }
    return deployed;
  }

  #check({ name, environment }: AssemblyStack): void {
    if (this.#stacks.has(name)) {
      throw new Error(
        `Stack ${name} is deployed already; the sandbox does not update stacks, start a new one`,
      );
    }
    const [account, region] = environment.replace('aws://', '').split('/');
    const { account: ours, region: here } = this.#context;
    const foreign =
      ![ours, 'unknown-account'].includes(account!) || ![here, 'unknown-region'].includes(region!);
    if (foreign)
      throw new Error(`Stack ${name} is for ${environment}; this sandbox is aws://${ours}/${here}`);
  }

  #select(nameOrId: string | undefined): Stack[] {
    return nameOrId === undefined ? [...this.#stacks.values()] : [this.#find(nameOrId)];
  }

  #find(nameOrId: string): Stack {
    const stack = [...this.#stacks.values()].find(({ name, id }) => name === nameOrId || id === nameOrId);
    if (stack === undefined)
      throw new ServiceError('ValidationError', `Stack with id ${nameOrId} does not exist`);
    return stack;
  }

  #exports() {
    return this.#select(undefined).flatMap((stack) =>
      stack.outputs
        .filter((output) => output.exportName !== undefined)
        .map((output) => ({ ExportingStackId: stack.id, Name: output.exportName, Value: output.value })),
    );
  }
}

function describeStack(stack: Stack) {
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: stack.source.template.Description,
    CreationTime: stack.createdAt,
    StackStatus: stack.status,
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
  };
}

function describeResources(stack: Stack) {
  return [...stack.resources.values()].map(({ logicalId, type, id, createdAt }) => ({
    StackName: stack.name,
    StackId: stack.id,
    LogicalResourceId: logicalId,
    PhysicalResourceId: id,
    ResourceType: type,
    ResourceStatus: 'CREATE_COMPLETE',
    Timestamp: createdAt,
    LastUpdatedTimestamp: createdAt,
  }));
}
