import { format } from 'node:util';
import { toErrorObject } from './crash.mjs';

const levels = { debug: 'DEBUG', trace: 'TRACE', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };

const severity = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/**
 * Console output as the managed runtime writes it: time, request id, level, message, in columns or as JSON.
 * A newline inside a message becomes a carriage return, so that the host keeps it one log event.
 */
export function patchConsole(requestId, logFormat, leastLevel = 'TRACE') {
  const least = severity.indexOf(leastLevel);
  for (const [method, level] of Object.entries(levels)) {
    const silent = logFormat === 'JSON' && severity.indexOf(level) < least;
    console[method] = (...values) => {
      if (silent) return;
      const line =
        logFormat === 'JSON' ? asJson(level, requestId(), values) : asText(level, requestId(), values);
      process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
    };
  }
}

function asText(level, requestId, values) {
  return [new Date().toISOString(), requestId ?? 'undefined', level, format(...values)].join('\t');
}

function asJson(level, requestId, values) {
  const message = values.length === 1 ? asValue(values[0]) : format(...values);
  return JSON.stringify({ timestamp: new Date().toISOString(), level, requestId, message });
}

/** An object stays one; an error has no members that JSON would show. */
function asValue(value) {
  if (value instanceof Error) {
    const { trace: stackTrace, ...shape } = toErrorObject(value);
    return { ...shape, stackTrace };
  }
  return typeof value === 'object' ? value : format(value);
}
