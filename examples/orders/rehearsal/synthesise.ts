import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endProcess } from './processes.ts';

const root = new URL('../../../', import.meta.url).pathname;

/** Runs the CDK app in a process of its own, as `cdk synth` would. `end` stops it before it is done. */
export function synthesise(
  policyFile: string,
  outdir: string,
): { done: Promise<void>; end: () => Promise<void> } {
  const endWithParent = new URL('end-with-parent.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', endWithParent, join(root, 'bin/app.ts')], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: outdir, ROLLBACK_POLICY: policyFile },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const done = once(child, 'close').then(([status]) => {
    if (status !== 0) throw new Error(`the CDK app could not be synthesised:\n${said}`);
  });
  return { done, end: () => endProcess(child) };
}
