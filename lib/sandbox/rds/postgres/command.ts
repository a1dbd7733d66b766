import { spawn } from 'node:child_process';
import type { ServerAccount } from './account.ts';

/** A program that did not end with 0. */
export class CommandFailed extends Error {
  readonly stderr: string;

  constructor(program: string, code: number | null, stderr: string) {
    super(`${program} ended with ${code ?? 'a signal'}: ${stderr.trim() || 'no message'}`);
    this.name = 'CommandFailed';
    this.stderr = stderr;
  }
}

/** Runs a program to its end as the servers' account and gives its standard output. */
export function runAs(account: ServerAccount | undefined, program: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...account,
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new CommandFailed(program, code, stderr));
    });
  });
}

/** Nothing of the person's own environment (PGDATA, PGHOST, a locale) reaches a server. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
