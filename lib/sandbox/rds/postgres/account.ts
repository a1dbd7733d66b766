import { readFileSync } from 'node:fs';

/** The operating system's account under which the servers run. */
export interface ServerAccount {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root, and it refuses a uid that has no entry in the passwd file: as root
 * the servers run as `nobody`, otherwise as whoever runs the sandbox (then the answer is undefined).
 */
export function serverAccount(passwdFile = '/etc/passwd'): ServerAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entry = readFileSync(passwdFile, 'utf8')
    .split('\n')
    .find((line) => line.startsWith('nobody:'));
  const [, , uid, gid] = entry?.split(':') ?? [];
  if (!uid || !gid) {
    throw new Error(`PostgreSQL does not run as root, and ${passwdFile} has no user "nobody" to run it as.`);
  }
  return { uid: Number(uid), gid: Number(gid) };
}
