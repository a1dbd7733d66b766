import type { AwsEvent } from '../contract.ts';
import type { Execution } from './execution.ts';
import { limits } from './limits.ts';
import type { StoredMachine } from './machines.ts';
import type { MapRun } from './map/run.ts';

/** Whether an execution may be redriven, and why not. */
export function redriveStatus(
  execution: Execution,
  now: Date,
): { redriveStatus: string; redriveStatusReason?: string } {
  const { status, stopDate, mapRun } = execution;
  const refuse = (redriveStatusReason: string) => ({ redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason });
  if (mapRun) return { redriveStatus: 'REDRIVABLE_BY_MAP_RUN' };
  if (status === 'RUNNING' || status === 'SUCCEEDED')
    return refuse(`Execution is ${status} and cannot be redriven`);
  if (now.getTime() - stopDate!.getTime() > limits.redriveWindowMs) {
    return refuse('Execution redrive period exceeded');
  }
  if (execution.history.events.length >= limits.historyEvents - 1)
    return refuse('Execution event limit exceeded');
  return { redriveStatus: 'REDRIVABLE' };
}

export function describeExecution(execution: Execution, now: Date) {
  const { arn, machine, name, status, startDate, stopDate, inputText, outputText, failure } = execution;
  return {
    executionArn: arn,
    stateMachineArn: machine.arn,
    name,
    status,
    startDate,
    ...(stopDate && { stopDate }),
    input: inputText,
    inputDetails: { included: true },
    ...(outputText !== undefined && { output: outputText, outputDetails: { included: true } }),
    ...failure?.members,
    ...(execution.mapRun && { mapRunArn: execution.mapRun.arn }),
    redriveCount: execution.redriveCount,
    ...(execution.redriveDate && { redriveDate: execution.redriveDate }),
    ...redriveStatus(execution, now),
  };
}

export function listedExecution(execution: Execution) {
  const { arn, machine, name, status, startDate, stopDate, mapRun, redriveCount, redriveDate } = execution;
  return {
    executionArn: arn,
    stateMachineArn: machine.arn,
    name,
    status,
    startDate,
    ...(stopDate && { stopDate }),
    ...(mapRun && {
      mapRunArn: mapRun.arn,
      itemCount: mapRun.itemCounts[mapRun.children.indexOf(execution)],
    }),
    redriveCount,
    ...(redriveDate && { redriveDate }),
  };
}

export function describeMachine(machine: StoredMachine) {
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    status: 'ACTIVE',
    definition: machine.text,
    revisionId: machine.revisionId,
    roleArn: machine.roleArn,
    type: 'STANDARD',
    creationDate: machine.creationDate,
    loggingConfiguration: machine.loggingConfiguration,
    tracingConfiguration: machine.tracingConfiguration,
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  };
}

export function listedMapRun(run: MapRun) {
  return {
    executionArn: run.executionArn,
    mapRunArn: run.arn,
    stateMachineArn: run.machine.arn,
    startDate: run.startDate,
    ...(run.stopDate && { stopDate: run.stopDate }),
  };
}

export function describeMapRun(run: MapRun) {
  return {
    mapRunArn: run.arn,
    executionArn: run.executionArn,
    status: run.status,
    startDate: run.startDate,
    ...(run.stopDate && { stopDate: run.stopDate }),
    maxConcurrency: run.maxConcurrency,
    toleratedFailurePercentage: run.tolerance.percentage ?? 0,
    toleratedFailureCount: run.tolerance.count ?? 0,
    itemCounts: run.counts('items'),
    executionCounts: run.counts('executions'),
    redriveCount: run.redriveCount,
    ...(run.redriveDate && { redriveDate: run.redriveDate }),
  };
}

/** The event on the bus at a change of an execution's status. Times are in milliseconds. */
export function statusChange(execution: Execution, now: Date): AwsEvent {
  const { status, stopDate, outputText, failure, redriveDate } = execution;
  const redrive = redriveStatus(execution, now);
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [execution.arn],
    detail: {
      executionArn: execution.arn,
      stateMachineArn: execution.machine.arn,
      name: execution.name,
      status,
      startDate: execution.startDate.getTime(),
      stopDate: stopDate?.getTime() ?? null,
      input: execution.inputText,
      output: outputText ?? null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: execution.redriveCount,
      redriveDate: redriveDate?.getTime() ?? null,
      redriveStatus: redrive.redriveStatus,
      redriveStatusReason: redrive.redriveStatusReason ?? null,
      inputDetails: { included: true },
      outputDetails: outputText === undefined ? null : { included: true },
      error: failure?.error ?? null,
      cause: failure?.detail ?? null,
    },
  };
}
