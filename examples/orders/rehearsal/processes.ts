import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const patienceMs = 10_000;

/** Asks a child to end, waits, and ends it by force where it does not. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'exit');
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await closed;
  clearTimeout(forced);
}
