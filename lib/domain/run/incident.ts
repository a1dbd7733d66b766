import * as z from 'zod/mini';
import { wholeSeconds } from './instant.ts';
import { incidentIdOf } from './names.ts';

/** The open or last incident of a cluster: `incidents/<cluster>.json`. */
export const incidentSchema = z.object({
  id: z.string(),
  alarm: z.string(),
  /** RFC 3339 UTC: when the alarm went off. */
  since: z.string(),
  state: z.enum(['open', 'closed']),
  closedAt: z.nullable(z.string()),
  run: z.nullable(z.string()),
});

export type Incident = z.infer<typeof incidentSchema>;

export interface RingingAlarm {
  name: string;
  /** Milliseconds UTC: when it went to ALARM. */
  since: number;
}

export type AlarmVerdict =
  /** A new incident: write it, then start its run. */
  | { kind: 'open'; incident: Incident }
  /** The incident is known: make sure that its run was started. */
  | { kind: 'known'; incident: Incident }
  /** This very alarm had its run already. */
  | { kind: 'answered'; incident: Incident }
  | { kind: 'coolingDown'; id: string; until: string };

/** What a ringing alarm means beside the incident on file: one run per incident, however often it flaps. */
export function judgeAlarm(
  alarm: RingingAlarm,
  onFile: Incident | undefined,
  { cluster, coolDownMinutes, now }: { cluster: string; coolDownMinutes: number; now: number },
): AlarmVerdict {
  const since = wholeSeconds(alarm.since);
  if (onFile?.state === 'open') return { kind: 'known', incident: onFile };
  if (onFile?.since === since && onFile.alarm === alarm.name) return { kind: 'answered', incident: onFile };
  const id = incidentIdOf(cluster, alarm.since);
  if (onFile?.closedAt) {
    const until = Date.parse(onFile.closedAt) + coolDownMinutes * 60_000;
    if (now < until) return { kind: 'coolingDown', id, until: wholeSeconds(until) };
  }
  return {
    kind: 'open',
    incident: { id, alarm: alarm.name, since, state: 'open', closedAt: null, run: null },
  };
}

/** The incident after its run has ended. */
export function close(incident: Incident, run: string | null, now: number): Incident {
  return { ...incident, state: 'closed', closedAt: wholeSeconds(now), run: run ?? incident.run };
}
