import type { Principal, SandboxContext } from '../contract.ts';
import type { Definition } from './definition.ts';
import type { Execution } from './execution.ts';
import type { MapRun } from './map/run.ts';
import type { TaskTokens } from './tokens.ts';

/** A state machine as an execution sees it: the definition of the moment it was started. */
export interface Machine {
  arn: string;
  name: string;
  roleArn: string;
  definition: Definition;
}

/** What the interpreter needs of the service around it. */
export interface Host {
  readonly sandbox: SandboxContext;
  readonly tokens: TaskTokens;
  /** StartExecution as the API does it. Throws `ServiceError`. */
  startExecution(request: { stateMachineArn: string; name?: string; input?: string }): Execution;
  executionOf(arn: string): Execution;
  /** Starts one child of a Distributed Map. */
  startChild(machine: Machine, inputText: string, mapRun: MapRun): Execution;
  addMapRun(mapRun: MapRun): void;
  /** Called at each change of an execution's status. */
  statusChanged(execution: Execution): void;
}

/** The role under which a state machine calls other services. */
export function principalOf(machine: Machine, sessionName: string): Principal {
  const [account, path] = machine.roleArn.split(':').slice(4, 6);
  const role = path?.split('/').at(-1);
  return {
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${sessionName.slice(0, 64)}`,
    roleArn: machine.roleArn,
  };
}
