import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * Starts a small shell that waits until this process is gone, however it went, and then removes what it left.
 * Returns how to call it off.
 */
export function startWatchdog(directory: string): () => Promise<void> {
  const program = join(import.meta.dirname, 'reap-after.ts');
  // `read` ends when the other end of the pipe closes, which the system does when this process dies.
  const script = 'while read -r _; do :; done; exec "$0" "$1" "$2"';
  const child = spawn('/bin/sh', ['-c', script, process.execPath, program, directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  child.unref();
  child.stdin.on('error', () => {});
  // The pipe alone must not keep this process alive.
  (child.stdin as unknown as { unref(): void }).unref();
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
}
