/** Writes an error to the log as the managed runtime does: after its label, or in JSON as the message itself. */
export function announce(label, error) {
  const { trace, ...shape } = toErrorObject(error);
  if (process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON') console.error({ ...shape, stackTrace: trace });
  else console.error(label, JSON.stringify({ ...shape, stack: trace }));
}

/** `{ errorType, errorMessage, trace }` of anything that was thrown. */
export function toErrorObject(error) {
  if (error instanceof Error || (error && typeof error.stack === 'string')) {
    return {
      errorType: error.name ?? 'Error',
      errorMessage: String(error.message ?? ''),
      trace: String(error.stack).split('\n'),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

class UnhandledPromiseRejection extends Error {
  constructor(reason) {
    super(`${reason}`);
    this.name = 'Runtime.UnhandledPromiseRejection';
    this.reason = reason;
    if (reason?.stack) this.stack = `${this.name}: ${reason.stack}`;
  }
}

/** Calls `report(error, exitCode)` once for what nobody caught; the environment must then end. */
export function onCrash(report) {
  let crashed = false;
  const crash = (label, error, exitCode) => {
    if (crashed) return;
    crashed = true;
    announce(label, error);
    report(error, exitCode).catch(() => process.exit(exitCode));
  };
  process.on('uncaughtException', (error) => crash('Uncaught Exception', error, 129));
  process.on('unhandledRejection', (reason) =>
    crash('Unhandled Promise Rejection', new UnhandledPromiseRejection(reason), 128),
  );
}
