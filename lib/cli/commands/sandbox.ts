import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exitStatus, UsageError } from '../io.ts';

const script = fileURLToPath(new URL('../../../examples/orders/sandbox.ts', import.meta.url));

/** Runs the example cluster in the local sandbox until it is interrupted. */
export async function sandbox(args: string[]): Promise<number> {
  if (!existsSync(script))
    throw new UsageError('This installation has no example cluster to run in a sandbox.');
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  // The terminal sends the signal to both; the sandbox clears up and ends, then so does this.
  const wait = () => {};
  process.on('SIGINT', wait);
  const forward = () => child.kill('SIGTERM');
  process.on('SIGTERM', forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? exitStatus.failed));
    });
  } finally {
    process.off('SIGINT', wait);
    process.off('SIGTERM', forward);
  }
}
