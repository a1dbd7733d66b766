import type { SandboxContext } from '../contract.ts';
import type { Assets } from './assets.ts';

/** A resource to be created, its properties computed. */
export interface ResourceRequest {
  stack: string;
  logicalId: string;
  properties: Record<string, any>;
  context: SandboxContext;
  assets: Assets;
  /** The given name, or one made of stack, logical id and chance. */
  name(given: string | undefined, options?: { limit?: number; lowercase?: boolean }): string;
  /** Calls a service of the sandbox as the account's owner. */
  call(service: string, operation: string, input: object): Promise<any>;
}

/** What a template can refer to afterwards. */
interface CreatedResource {
  /** The physical id, which `Ref` gives. */
  id: string;
  /** What `Fn::GetAtt` gives. */
  attributes?: Record<string, unknown>;
}

/** One CloudFormation resource type that the sandbox can create. */
export interface ResourceType {
  type: string;
  /** Properties that have the effect they have in AWS. */
  honoured: readonly string[];
  /** Properties that are accepted but have no effect here, with the reason. Any other property is an error. */
  withoutEffect?: Readonly<Record<string, string>>;
  create(request: ResourceRequest): Promise<CreatedResource>;
}

/** Properties chosen by name, those that are absent left out. */
export function pick(properties: Record<string, any>, names: readonly string[]): Record<string, any> {
  return Object.fromEntries(
    names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );
}
