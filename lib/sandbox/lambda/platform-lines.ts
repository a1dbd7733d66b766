import type { FunctionDefinition } from './configuration.ts';

export type InvocationStatus = 'success' | 'error' | 'timeout';

/** What Lambda itself writes to a function's log when an invocation starts, in the function's log format. */
export function startLines({ logFormat }: FunctionDefinition, requestId: string): string[] {
  if (logFormat === 'JSON') return [platformEvent('platform.start', { requestId, version: '$LATEST' })];
  return [`START RequestId: ${requestId} Version: $LATEST`];
}

/** … and when it is over. */
export function reportLines(
  { logFormat, memoryMegabytes }: FunctionDefinition,
  { requestId, durationMs, status }: { requestId: string; durationMs: number; status: InvocationStatus },
): string[] {
  const billedDurationMs = Math.ceil(durationMs);
  if (logFormat === 'JSON') {
    const metrics = {
      durationMs: Number(durationMs.toFixed(3)),
      billedDurationMs,
      memorySizeMB: memoryMegabytes,
    };
    return [platformEvent('platform.report', { requestId, metrics, status })];
  }
  const parts = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedDurationMs} ms`,
    `Memory Size: ${memoryMegabytes} MB`,
    ...(status === 'success' ? [] : [`Status: ${status}`]),
  ];
  return [`END RequestId: ${requestId}`, parts.join('\t')];
}

function platformEvent(type: string, record: object): string {
  return JSON.stringify({ time: new Date().toISOString(), type, record });
}
