import { recoveryName } from '../../lib/domain/run/names.ts';
import type { TriggerEvent } from '../../lib/domain/run/trigger-event.ts';
import type { Answer } from './answer-alarm.ts';
import type { TriggerPorts } from './ports.ts';

/** Starts the recovery of an execution that ended with the lock in its hands. */
export async function recoverEnded(
  ended: Extract<TriggerEvent, { kind: 'ended' }>,
  ports: TriggerPorts,
): Promise<Answer> {
  const { executionArn, machineArn, status, error, cause } = ended;
  if (machineArn !== ports.rollbackMachine) {
    return { done: 'nothing', about: executionArn, why: 'not an execution of this cluster' };
  }
  if (status === 'RUNNING' || status === 'SUCCEEDED') {
    return { done: 'nothing', about: executionArn, why: `it is ${status}` };
  }
  const lock = await ports.lock.current(ports.policy.cluster);
  if (lock.run === null || lock.execution !== executionArn) {
    return { done: 'nothing', about: executionArn, why: 'it does not hold the lock' };
  }
  const input = { run: lock.run, execution: executionArn, epoch: lock.epoch, by: 'event', error, cause };
  await ports.executions.start(ports.recoverMachine, recoveryName.ended(lock.run), input);
  return { done: 'recovering', about: lock.run, why: `its execution ended as ${status}` };
}
