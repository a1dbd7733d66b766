import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import middy from '@middy/core';
import * as z from 'zod/mini';
import type { Actor } from '../lib/domain/audit/record.ts';
import type { AuditTrail } from '../lib/domain/audit/trail.ts';
import {
  beforeOpen,
  type LaneCursor,
  type OpeningRequest,
  type RunRef,
  runRef,
  type StepAnswer,
  type StepRequest,
  stepEnvelope,
} from '../lib/domain/envelope.ts';
import { RollbackError } from '../lib/domain/errors.ts';
import { type Lock, perform } from './recording.ts';
import type { Step } from './step-definition.ts';

export { defineStep, type Step, type StepTools } from './step-definition.ts';

const namespace = 'SafeRollback';

/** What an area's composition root hands to its steps. */
export interface Composition<Ports> {
  ports: Ports;
  /** The trail, writing in the name of the function's version and this request. */
  trail(actor: Actor): AuditTrail;
  /** Needed where a step of the area changes anything. */
  lock?: Lock;
}

/** The part of the invocation's context that goes on record. */
export interface LambdaContext {
  functionName: string;
  functionVersion: string;
  awsRequestId: string;
}

export interface Observers {
  logger: Logger;
  metrics: Metrics;
}

/**
 * Makes the handler of an area: finds the step that the request names, parses the request, keeps the evidence
 * around the step, and answers `{ lane, result }`. Errors are thrown with the name that state machines match.
 * `main` is called once per container, at its first request.
 */
export function serve<Ports>(
  steps: Step<Ports>[],
  main: () => Composition<Ports> | Promise<Composition<Ports>>,
  { logger, metrics }: Observers = observers(),
) {
  const byName = new Map(steps.map((step) => [step.name, step]));
  let composition: Promise<Composition<Ports>> | undefined;

  const compose = () => {
    composition ??= Promise.resolve().then(main);
    composition.catch(() => {
      composition = undefined;
    });
    return composition;
  };

  return middy()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async (event: unknown, context: LambdaContext): Promise<StepAnswer<unknown>> => {
      const { step, request, lane } = parseRequest(event, byName);
      const { id, cluster, incident, commander } = request.run;
      logger.appendKeys({ run: id, cluster, incident, commander, shard: request.shard, step: step.name });
      const { ports, trail, lock } = await compose();
      const tools = { trail: trail(actorOf(context)), logger, metrics };
      const started = performance.now();
      try {
        const answer = await perform(step, request, lane, { ports, lock, tools });
        logger.info('step done', { result: answer.result });
        return answer;
      } catch (error) {
        logger.error('step failed', error as Error);
        throw error;
      } finally {
        measure(metrics, step.name, cluster, performance.now() - started);
      }
    });
}

/** Publishes what the step measured itself, and its duration: for the cluster, and for the cluster's step. */
function measure(metrics: Metrics, step: string, cluster: string | undefined, milliseconds: number): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  const Cluster = cluster ?? clusterName();
  const views: Record<string, string>[] = [{ Cluster }, { Cluster, Step: step }];
  for (const dimensions of views) {
    const duration = new Metrics({ namespace });
    duration.clearDefaultDimensions();
    duration.setDefaultDimensions(dimensions);
    duration.addMetric('StepDuration', MetricUnit.Milliseconds, Math.round(milliseconds));
    duration.publishStoredMetrics();
  }
}

/** Takes a request apart and checks it against the step's own schema. Throws `InvalidInput`. */
function parseRequest<Ports>(event: unknown, byName: ReadonlyMap<string, Step<Ports>>) {
  const envelope = parse(stepEnvelope, event, 'request');
  const step = byName.get(envelope.step);
  if (step === undefined) {
    throw new RollbackError(
      'InvalidInput',
      `This function has no step ${JSON.stringify(envelope.step)}; it has ${[...byName.keys()].join(', ')}.`,
    );
  }
  const opens = step.records === 'opens';
  const run = parse(opens ? z.partial(runRef) : runRef, envelope.run ?? (opens ? {} : envelope.run), 'run');
  const recordless = opens || step.records === 'none';
  if (!recordless && envelope.lane == null) {
    throw new RollbackError('InvalidInput', `${step.name} needs the cursor of its lane, got none.`);
  }
  const request = {
    run: run as RunRef,
    shard: envelope.shard ?? undefined,
    input: parse(step.input, envelope.input ?? {}, 'input'),
    attempt: envelope.attempt,
  } satisfies StepRequest<unknown> | OpeningRequest<unknown>;
  const lane: LaneCursor = envelope.lane ?? beforeOpen;
  return { step, request, lane };
}

function parse<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.infer<Schema> {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = [what, ...issue.path].join('.');
  throw new RollbackError('InvalidInput', `${path}: ${issue.message}.`, { details: { path } });
}

function actorOf(context: LambdaContext): Actor {
  return {
    function: context.functionName,
    version: context.functionVersion,
    request: context.awsRequestId,
  };
}

function observers(): Observers {
  const metrics = new Metrics({ namespace });
  // The default dimension, the service's name, would make other metrics of them than the alarms look at.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ Cluster: clusterName() });
  return { logger: new Logger({ serviceName: 'safe-rollback' }), metrics };
}

const clusterName = () => process.env.CLUSTER ?? 'unknown';
