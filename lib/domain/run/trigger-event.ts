import * as z from 'zod/mini';
import { RollbackError } from '../errors.ts';
import { faultsOf, refusal, show } from '../faults.ts';

const text = z.string().check(z.minLength(1));

const alarmEvent = z.object({
  id: text,
  source: z.literal('aws.cloudwatch'),
  'detail-type': z.literal('CloudWatch Alarm State Change'),
  detail: z.object({
    alarmName: text,
    state: z.object({ value: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']) }),
  }),
});

const endedEvent = z.object({
  id: text,
  source: z.literal('aws.states'),
  'detail-type': z.literal('Step Functions Execution Status Change'),
  detail: z.object({
    executionArn: z
      .string()
      .check(z.regex(/^arn:[^:]+:states:[^:]+:\d{12}:execution:[^:]+:[^:]+$/, "expected an execution's ARN")),
    stateMachineArn: text,
    status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']),
    error: z.optional(z.nullable(z.string())),
    cause: z.optional(z.nullable(z.string())),
  }),
});

const tick = z.object({ source: z.literal('schedule') });

const schemas = { 'aws.cloudwatch': alarmEvent, 'aws.states': endedEvent, schedule: tick };

export type TriggerEvent =
  | { kind: 'alarm'; alarmName: string }
  | { kind: 'tick' }
  | { kind: 'ended'; executionArn: string; machineArn: string; status: string; error: string; cause: string };

/** Reads what woke the trigger. Throws `InvalidInput` with every fault: field, expected, got. */
export function parseTriggerEvent(event: unknown): TriggerEvent {
  const source = (event as { source?: unknown } | null)?.source;
  const known = Object.keys(schemas);
  if (typeof source !== 'string' || !known.includes(source)) {
    throw new RollbackError('InvalidInput', `source: expected ${known.join(' or ')}, got ${show(source)}.`);
  }
  const parsed = z.safeParse(schemas[source as keyof typeof schemas], event);
  if (!parsed.success) throw refusal('InvalidInput', 'The event', faultsOf(parsed.error, event));
  const { data } = parsed;
  if (data.source === 'schedule') return { kind: 'tick' };
  if (data.source === 'aws.cloudwatch') return { kind: 'alarm', alarmName: data.detail.alarmName };
  const { executionArn, stateMachineArn, status, error, cause } = data.detail;
  return {
    kind: 'ended',
    executionArn,
    machineArn: stateMachineArn,
    status,
    error: error || status,
    cause: cause || `The execution ended as ${status}.`,
  };
}
