import type { ErrorName } from '../../lib/domain/errors.ts';
import { classArmedForAlarm, classOf } from '../../lib/domain/policy/policy.ts';
import { type AlarmVerdict, type Incident, judgeAlarm } from '../../lib/domain/run/incident.ts';
import { incidentIdOf } from '../../lib/domain/run/names.ts';
import type { TriggerPorts } from './ports.ts';

export interface Answer {
  done: 'nothing' | 'started' | 'known' | 'answered' | 'refused' | 'recovering';
  /** The incident or run it is about. */
  about: string | null;
  why: string;
}

/**
 * Looks at the alarm itself, whatever woke us, and starts the one run of its incident. Called as often as one likes:
 * the incident on file and the execution's name make it happen once.
 */
export async function answerAlarm(ports: TriggerPorts): Promise<Answer> {
  const { policy, alarms, documents } = ports;
  const { cluster } = policy;
  const alarm = await alarms.composite(ports.compositeAlarm);
  if (!alarm.ringing) return { done: 'nothing', about: null, why: `${alarm.name} is not in ALARM` };

  const armed = classArmedForAlarm(policy);
  if (armed === undefined) {
    const why = `${alarm.name} went off, but the policy arms no class for alarms`;
    return refuse(incidentIdOf(cluster, alarm.since), 'NotArmed', why, ports);
  }
  const { coolDownMinutes } = classOf(policy, armed);
  let verdict: AlarmVerdict | undefined;
  const onFile = await documents.updateIncident(cluster, (incident) => {
    verdict = judgeAlarm(alarm, incident, { cluster, coolDownMinutes, now: ports.now() });
    return verdict.kind === 'open' ? verdict.incident : undefined;
  });
  switch (verdict!.kind) {
    case 'answered':
      return { done: 'answered', about: onFile!.id, why: 'this alarm had its run already' };
    case 'coolingDown':
      return refuse(
        verdict!.id,
        'CoolingDown',
        `${alarm.name} went off within the cool-down, until ${verdict!.until}`,
        ports,
      );
    default:
      return startRun(onFile!, armed, ports);
  }
}

async function startRun(incident: Incident, armed: string, ports: TriggerPorts): Promise<Answer> {
  const input = {
    reason: `alarm ${incident.alarm} since ${incident.since}`,
    restoreTo: 'last-good',
    mode: 'execute',
    class: armed,
    incident: incident.id,
    commander: 'alarm',
  };
  const started = await ports.executions.start(ports.rollbackMachine, incident.id, input);
  return started === 'started'
    ? { done: 'started', about: incident.id, why: input.reason }
    : { done: 'known', about: incident.id, why: 'its run was started before' };
}

/** Recorded and told once per alarm, though the schedule comes by every minute. */
async function refuse(id: string, error: ErrorName, why: string, ports: TriggerPorts): Promise<Answer> {
  const { cluster } = ports.policy;
  await ports.trail.refuse({
    cluster,
    event: id,
    step: 'Trigger',
    error,
    facts: { alarm: ports.compositeAlarm },
  });
  return { done: 'refused', about: id, why };
}
