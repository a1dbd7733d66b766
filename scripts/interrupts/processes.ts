/** Processes and sockets of this machine, as /proc shows them. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { processStart } from '../../lib/sandbox/lifecycle/children.ts';

export interface SeenProcess {
  pid: number;
  /** With the process id it names a process for good. */
  started: string;
  command: string;
}

/** All that descend from a process, without itself. */
export function descendants(root: number): SeenProcess[] {
  const children = new Map<number, number[]>();
  for (const pid of processIds()) {
    const stat = readProc(`/proc/${pid}/stat`);
    // The command's name stands in parentheses and may contain anything: the parent follows the last one.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  for (const queue = [root]; queue.length > 0; ) {
    const own = children.get(queue.pop()!) ?? [];
    found.push(...own);
    queue.push(...own);
  }
  return found.flatMap(see);
}

/** Processes whose command line, environment or working directory names one of these folders. */
export function processesNaming(folders: string[]): SeenProcess[] {
  return processIds()
    .filter((pid) => pid !== process.pid)
    .filter((pid) => {
      const text =
        readProc(`/proc/${pid}/cmdline`) + readProc(`/proc/${pid}/environ`) + readLink(`/proc/${pid}/cwd`);
      return folders.some((folder) => text.includes(folder));
    })
    .flatMap(see);
}

export function isAlive({ pid, started }: SeenProcess): boolean {
  return processStart(pid) === started;
}

/** Whether any process has this file in its memory. */
export function isMapped(file: string): boolean {
  return processIds().some((pid) => readProc(`/proc/${pid}/maps`).includes(file));
}

/** Inodes of the sockets of these processes that listen on TCP or are bound to UDP. */
export function boundSockets(processes: SeenProcess[]): Set<string> {
  const bound = openSockets();
  const own = processes.flatMap(({ pid }) =>
    list(`/proc/${pid}/fd`).map((fd) => readLink(`/proc/${pid}/fd/${fd}`)),
  );
  return new Set(
    own.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? '').filter((inode) => bound.has(inode)),
  );
}

/** Local address by inode of every listening TCP socket and every UDP socket. */
export function openSockets(): Map<string, string> {
  const sockets = new Map<string, string>();
  for (const file of ['tcp', 'tcp6', 'udp', 'udp6'])
    for (const line of readProc(`/proc/net/${file}`).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      const listening = file.startsWith('udp') || fields[3] === '0A';
      if (listening && fields[9] !== undefined) sockets.set(fields[9], `${file} ${fields[1]}`);
    }
  return sockets;
}

function see(pid: number): SeenProcess[] {
  const started = processStart(pid);
  if (started === undefined) return [];
  return [{ pid, started, command: readProc(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 120) }];
}

function processIds(): number[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function readLink(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
