import { startExecution } from './executions.ts';
import type { Integration, Pattern } from './integration.ts';
import { lambdaFunction, lambdaInvoke } from './lambda.ts';
import { messageActions, sendMessage } from './messages.ts';
import { sdkCall } from './sdk.ts';

const patterns: Record<string, Pattern> = {
  '': 'request',
  sync: 'sync',
  'sync:2': 'sync',
  waitForTaskToken: 'token',
};

/** The integration of a Task's Resource; undefined where the sandbox has none for it. */
export function integrationOf(arn: string): Integration | undefined {
  if (/^arn:[^:]+:lambda:[^:]*:\d*:function:/.test(arn)) return lambdaFunction(arn);
  const resource = arn.match(/^arn:[^:]+:states:::(.+)$/)?.[1];
  if (!resource) return undefined;

  const [, target, suffix = ''] = resource.match(/^([^.]+)(?:\.(.+))?$/) ?? [];
  const pattern = patterns[suffix];
  if (!target || !pattern) return undefined;
  const shown = resource.slice(target.lastIndexOf(':') + 1);

  if (target === 'states:startExecution') return startExecution(shown, pattern);
  if (pattern === 'sync') return undefined;
  if (target === 'lambda:invoke') return lambdaInvoke(shown, pattern);
  if (messageActions.includes(target)) return sendMessage(target, shown, pattern);
  const [, service, action] = target.match(/^aws-sdk:([a-z0-9]+):([a-z][A-Za-z0-9]*)$/) ?? [];
  return service && action ? sdkCall(service, action, shown, pattern) : undefined;
}
