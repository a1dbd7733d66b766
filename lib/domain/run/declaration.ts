import type { RunRef } from '../envelope.ts';
import { classArmedForAlarm, classOf, type Policy } from '../policy/policy.ts';
import type { Incident } from './incident.ts';
import { runIdOf } from './names.ts';
import type { RollbackRequest } from './request.ts';

export interface ExecutionRef {
  arn: string;
  name: string;
  startTime: string;
}

/**
 * Whether a run was started by its incident's alarm and nobody else: the incident is open, and the execution has
 * the name that only the trigger gives.
 */
export function isAutomatic(incident: Incident | undefined, executionArn: string): boolean {
  return incident?.state === 'open' && executionArn.endsWith(`:${incident.id}`);
}

/** Who a run is, from what was asked. Throws `InvalidInput` where the policy doesn't have the class. */
export function runOf(
  request: RollbackRequest,
  execution: ExecutionRef,
  { policy, automatic }: { policy: Policy; automatic: boolean },
): Omit<RunRef, 'epoch'> {
  const name = request.class ?? classArmedForAlarm(policy) ?? Object.keys(policy.classes)[0]!;
  classOf(policy, name);
  const id = runIdOf(execution);
  return {
    id,
    cluster: policy.cluster,
    mode: request.mode,
    class: name,
    incident: request.incident ?? id,
    commander: request.commander ?? (automatic ? 'alarm' : 'not named'),
    execution: execution.arn,
  };
}

/** Whether this run may go ahead without a person: by whose rule, or undefined. */
export function preauthorisationOf(
  run: RunRef,
  policy: Policy,
  automatic: boolean,
): 'drill' | 'alarm' | undefined {
  if (run.mode !== 'execute') return 'drill';
  const armed = automatic && classOf(policy, run.class).preauthorised.includes('alarm');
  return armed ? 'alarm' : undefined;
}
