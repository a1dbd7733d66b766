const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm hands on a Ctrl-C that the terminal has sent already: the second of the two means nothing. */
const sameMs = 2000;
/** Exit status of what a person has interrupted. */
export const interruptedStatus = 130;

/**
 * Resolves at the first signal to end. Taking everything down then takes a moment; who signals again after
 * two seconds does not want to wait, and watchdogs clean up.
 */
export function whenInterrupted(): Promise<'interrupted'> {
  return new Promise((done) => {
    let first: number | undefined;
    for (const signal of signals)
      process.on(signal, () => {
        first ??= performance.now();
        if (performance.now() - first > sameMs) process.exit(interruptedStatus);
        done('interrupted');
      });
  });
}
