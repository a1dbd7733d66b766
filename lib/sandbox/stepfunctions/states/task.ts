import { type Deadline, nominalTimer, realTimer, TaskTimedOut, withDeadlines } from '../deadline.ts';
import type { TaskState } from '../definition.ts';
import { StateFailure } from '../failure.ts';
import type { Integration } from '../integrations/integration.ts';
import { integrationOf } from '../integrations/resources.ts';
import type { Json } from '../json.ts';
import { withRecovery } from '../retry.ts';
import { TaskEvents } from '../task-events.ts';
import { assertSize, type Exit, type Visit } from '../visit.ts';

const seconds = { least: 1, most: 99_999_999 };

export function runTask(visit: Visit<TaskState>): Promise<Exit> {
  const integration = integrationOf(visit.state.Resource)!;
  return withRecovery(visit, () => attempt(visit, integration));
}

async function attempt(visit: Visit<TaskState>, integration: Integration): Promise<Exit> {
  const { state, thread } = visit;
  const { tokens } = thread.execution.host;
  // Each attempt has a token of its own; an answer to an earlier one no longer counts.
  visit.token = integration.pattern === 'token' ? tokens.issue() : undefined;
  try {
    const args =
      state.Arguments === undefined ? visit.input : await visit.evaluate(state.Arguments, 'Arguments');
    const timeout = await visit.evaluateNumber(state.TimeoutSeconds, 'TimeoutSeconds', seconds);
    const heartbeat = await visit.evaluateNumber(state.HeartbeatSeconds, 'HeartbeatSeconds', seconds);
    const result = await perform(visit, integration, args, timeout, heartbeat);
    return await visit.exit(state, result, state.Next, { result });
  } finally {
    if (visit.token) tokens.close(visit.token);
  }
}

/** Carries the task out and tells the history about it. */
async function perform(
  visit: Visit<TaskState>,
  integration: Integration,
  args: Json,
  timeout: number | undefined,
  heartbeat: number | undefined,
): Promise<Json> {
  const { thread, token } = visit;
  const { host, principal } = thread.execution;
  const events = new TaskEvents(thread, integration);
  events.scheduled(args, timeout, heartbeat);
  events.started();

  const timer = (limit: number) =>
    integration.realTime ? realTimer(limit) : nominalTimer(host.sandbox.clock, limit);
  const deadlines: Deadline[] = [];
  if (timeout !== undefined) deadlines.push({ wait: timer(timeout), failure: () => new TaskTimedOut() });
  if (heartbeat !== undefined && !token) {
    // Nothing can send a heartbeat for such a task, so the first one missed is its end.
    deadlines.push({ wait: timer(heartbeat), failure: () => new TaskTimedOut('States.HeartbeatTimeout') });
  }

  const work = async (signal: AbortSignal): Promise<Json> => {
    const call = { host, principal, signal };
    const answer = await integration.request(args, call);
    if (integration.pattern === 'request') return answer;
    signal.throwIfAborted();
    events.submitted(answer);
    return token ? host.tokens.wait(token, signal, heartbeat) : integration.finish!(answer, call);
  };
  try {
    const result = await withDeadlines(work, thread.signal, deadlines);
    const text = JSON.stringify(result);
    assertSize(text, integration.resourceType);
    events.succeeded(text);
    return result;
  } catch (error) {
    if (error instanceof StateFailure) events.failed(error);
    throw error;
  }
}
