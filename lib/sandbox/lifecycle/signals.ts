const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `stop` when this process is told to end, then lets the signal do what it does. Returns how to call it off.
 */
export function onTermination(stop: () => Promise<void>): () => void {
  const end = (signal: NodeJS.Signals) => {
    stop().finally(() => {
      detach();
      // With nobody else listening, the signal now ends the process as it would have.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  };
  const detach = () => {
    for (const signal of signals) process.off(signal, end);
  };
  for (const signal of signals) process.once(signal, end);
  return detach;
}
