import { randomUUID } from 'node:crypto';
import type { Principal } from '../../contract.ts';
import type { Host } from '../host.ts';
import type { Json } from '../json.ts';

export type Pattern = 'request' | 'sync' | 'token';

/** One attempt of a task, as an integration sees it. */
export interface TaskCall {
  host: Host;
  /** The state machine's role. */
  principal: Principal;
  /** Aborted when the attempt's result no longer counts. */
  signal: AbortSignal;
}

/** How a Task's Resource is carried out. */
export interface Integration {
  /** As in the history: `lambda`, `states`, `aws-sdk:rds`; the ARN itself for a bare Lambda function. */
  resourceType: string;
  /** As in the history: `invoke.waitForTaskToken`. Absent for a bare Lambda function. */
  resource?: string;
  pattern: Pattern;
  /** Whether its time limits are real time, since what it runs does real work. */
  realTime: boolean;
  /** Makes the request and gives its answer. Throws `StateFailure`. */
  request(args: Json, call: TaskCall): Promise<Json>;
  /** Waits for the job that a request of the pattern `sync` started. */
  finish?(submitted: Json, call: TaskCall): Promise<Json>;
}

/** What Step Functions adds to the answer of an optimised integration. */
export function sdkMetadata(): Record<string, Json> {
  const requestId = randomUUID();
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: { 'x-amzn-RequestId': [requestId] },
      HttpHeaders: { 'x-amzn-RequestId': requestId },
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}
