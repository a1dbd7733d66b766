import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Notes a child process in the sandbox's directory, so that whoever cleans up after a sandbox that was killed
 * ends this process and not another that later got its number.
 */
export function recordChild(directory: string, pid: number): void {
  mkdirSync(join(directory, 'pids'), { recursive: true });
  writeFileSync(join(directory, 'pids', String(pid)), processStart(pid) ?? '');
}

/** Takes the note of a child that has ended off again. */
export function forgetChild(directory: string, pid: number): void {
  rmSync(join(directory, 'pids', String(pid)), { force: true });
}

/**
 * When a process was started, in the system's own notation, undefined where there is no such process.
 * Process id and start together name a process for good.
 */
export function processStart(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // The second field is the command in parentheses and may hold spaces; the start is the 22nd.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
