import { Logger } from '@aws-lambda-powertools/logger';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { cloudwatchAlarms } from '../../lib/adapters/aws/alarms.ts';
import { clientSettings, s3Settings } from '../../lib/adapters/aws/clients.ts';
import { clusterLock } from '../../lib/adapters/aws/cluster-lock.ts';
import { s3ControlStore } from '../../lib/adapters/aws/control-store.ts';
import { sfnExecutions } from '../../lib/adapters/aws/executions.ts';
import { readPolicy } from '../../lib/adapters/aws/policy-file.ts';
import { runState } from '../../lib/adapters/aws/run-state.ts';
import { awsTrail } from '../../lib/adapters/aws/trail/trail.ts';
import type { Actor } from '../../lib/domain/audit/record.ts';
import { parseTriggerEvent } from '../../lib/domain/run/trigger-event.ts';
import { parseEnvironment } from '../environment.ts';
import type { LambdaContext } from '../step.ts';
import { type Answer, answerAlarm } from './answer-alarm.ts';
import type { TriggerPorts } from './ports.ts';
import { recoverEnded } from './recover-ended.ts';

const logger = new Logger({ serviceName: 'safe-rollback' });

async function main(): Promise<(actor: Actor) => TriggerPorts> {
  const environment = parseEnvironment(
    process.env,
    'ROLLBACK_MACHINE_ARN',
    'RECOVER_MACHINE_ARN',
    'COMPOSITE_ALARM_NAME',
  );
  const s3 = new S3Client(s3Settings);
  const store = s3ControlStore(s3, environment.CONTROL_BUCKET);
  const trail = awsTrail(environment, { s3, kms: new KMSClient(clientSettings) });
  const ports = {
    policy: await readPolicy(s3, environment),
    alarms: cloudwatchAlarms(new CloudWatchClient(clientSettings)),
    documents: runState(store),
    executions: sfnExecutions(new SFNClient(clientSettings)),
    lock: clusterLock(store),
    compositeAlarm: environment.COMPOSITE_ALARM_NAME,
    rollbackMachine: environment.ROLLBACK_MACHINE_ARN,
    recoverMachine: environment.RECOVER_MACHINE_ARN,
    now: Date.now,
  };
  return (actor) => ({ ...ports, trail: trail(actor) });
}

let composed: ReturnType<typeof main> | undefined;

/** Events are hints: the alarm is read, the lock is read, and what follows happens once however often this runs. */
export async function handler(event: unknown, context: LambdaContext): Promise<Answer> {
  logger.addContext(context as never);
  composed ??= main();
  composed.catch(() => {
    composed = undefined;
  });
  const woken = parseTriggerEvent(event);
  const { functionName, functionVersion, awsRequestId } = context;
  const ports = (await composed)({ function: functionName, version: functionVersion, request: awsRequestId });
  const answer = woken.kind === 'ended' ? await recoverEnded(woken, ports) : await answerAlarm(ports);
  if (answer.done !== 'nothing') logger.info('trigger answered', { event: woken, answer });
  return answer;
}
