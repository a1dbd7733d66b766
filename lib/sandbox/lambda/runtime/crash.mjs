/** Writes an error to the log as the managed runtime does: one JSON object after its label. */
export function announce(label, error) {
  const shape = toErrorObject(error);
  console.error(label, JSON.stringify({ ...shape, stack: shape.trace, trace: undefined }));
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
