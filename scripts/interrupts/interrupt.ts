/** One rehearsal, interrupted, and what it leaves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  boundSockets,
  descendants,
  isAlive,
  isMapped,
  openSockets,
  processesNaming,
  type SeenProcess,
} from './processes.ts';

/** `power cut`: SIGKILL to the rehearsal and to all that descends from it, watchdogs included. */
export const interruptions = ['SIGINT', 'SIGTERM', 'SIGKILL', 'power cut'] as const;
export type Interruption = (typeof interruptions)[number];

export interface Interrupted {
  /** How the rehearsal ended: its exit status, or the signal that ended it. */
  ended: string;
  /** It ended as it should; one that is quicker than its interruption ends by itself. */
  asExpected: boolean;
  /** The last lines it wrote; nothing where it was still reading its own program. */
  said: string;
  /** From the signal to the rehearsal's end and until nothing was left, in seconds. */
  seconds: number;
  /** Processes, ports, files and folders that were still there; empty where it left nothing. */
  leftovers: string[];
}

const root = join(import.meta.dirname, '../..');
const sharedMemory = '/dev/shm';
/** Whoever was ended by force has its watchdogs clean up; they get so long. */
const patienceMs = 20_000;
const sampleMs = 200;

/**
 * Starts a rehearsal with two shards in a temporary folder of its own, interrupts it after so many
 * milliseconds, or lets it end where it is sooner, and looks for what is left.
 */
export async function interruptRehearsal(how: Interruption, afterMs: number): Promise<Interrupted> {
  const folder = await mkdtemp(join(tmpdir(), 'interrupt-'));
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  // As root the servers run as an account that must be able to pass through.
  await chmod(folder, 0o711);
  await chmod(temporary, 0o1777);
  const before = new Set(await readdir(sharedMemory).catch(() => []));
  try {
    const child = run(
      ['examples/orders/rehearse.ts', '--shards', '2', '--out', join(folder, 'out')],
      temporary,
    );
    const closed = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    let said = '';
    child.stdout!.on('data', (chunk) => {
      said += chunk;
    });
    const seen = await watch(child, afterMs);
    const told = performance.now();
    end(child, how, seen.processes);
    const [status, signal] = await closed;
    const ended = String(status ?? signal);
    if (how === 'power cut') await startAgain(temporary);
    let leftovers: string[] = [];
    do {
      leftovers = await look(child.pid!, temporary, before, seen);
      if (leftovers.length > 0) await pause(sampleMs);
    } while (leftovers.length > 0 && performance.now() - told < patienceMs);
    return {
      ended,
      asExpected: expectedEnds(how, said).includes(ended),
      said: said.split('\n').slice(-12).join('\n'),
      seconds: (performance.now() - told) / 1000,
      leftovers,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A program that is still being read has no say in how a signal ends it. */
function expectedEnds(how: Interruption, said: string): string[] {
  if (how === 'SIGKILL' || how === 'power cut') return ['SIGKILL', '0'];
  return said === '' ? ['130', how] : ['130', '0'];
}

interface Seen {
  processes: SeenProcess[];
  sockets: Set<string>;
}

/** Notes every process and socket of the rehearsal until it is to be interrupted. */
async function watch(child: ChildProcess, afterMs: number): Promise<Seen> {
  const processes = new Map<string, SeenProcess>();
  const sockets = new Set<string>();
  const until = performance.now() + afterMs;
  do {
    await pause(Math.max(0, Math.min(sampleMs, until - performance.now())));
    const now = descendants(child.pid!);
    for (const each of now) processes.set(`${each.pid} ${each.started}`, each);
    for (const inode of boundSockets([...now, { pid: child.pid!, started: '', command: '' }]))
      sockets.add(inode);
  } while (performance.now() < until && child.exitCode === null && child.signalCode === null);
  return { processes: [...processes.values()], sockets };
}

function end(child: ChildProcess, how: Interruption, processes: SeenProcess[]): void {
  if (how !== 'power cut') {
    child.kill(how);
    return;
  }
  const all = [...processes.filter(isAlive), ...descendants(child.pid!)];
  child.kill('SIGKILL');
  for (const { pid } of all)
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went with its parent.
    }
}

/** The next start of a sandbox, which is to remove what is left. */
async function startAgain(temporary: string): Promise<void> {
  const program = `
    import { readFileSync } from 'node:fs';
    import { Sandbox } from './lib/sandbox/index.ts';
    const world = JSON.parse(readFileSync('examples/orders/account.json', 'utf8'));
    await (await Sandbox.start({ world })).stop();`;
  const child = run(['--input-type=module', '--eval', program], temporary);
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`the sandbox did not start again: exit status ${status}`);
}

function run(args: string[], temporary: string): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function look(pid: number, temporary: string, before: Set<string>, seen: Seen): Promise<string[]> {
  const homes: string[] = [];
  const memory: string[] = [];
  for (const name of await readdir(sharedMemory).catch(() => [])) {
    if (before.has(name)) continue;
    const path = join(sharedMemory, name);
    const owner = await readFile(join(path, 'owner.pid'), 'utf8').catch(() => '');
    if (Number(owner.split('\n')[0]) === pid) homes.push(path);
    // Segments carry no name of their server: those that nobody maps are left over.
    if (name.startsWith('PostgreSQL.') && !isMapped(path)) memory.push(path);
  }
  const alive = new Map(
    [...seen.processes.filter(isAlive), ...processesNaming([temporary, ...homes])].map((each) => [
      each.pid,
      each,
    ]),
  );
  const open = openSockets();
  const ports = [...seen.sockets].filter((inode) => open.has(inode)).map((inode) => open.get(inode));
  return [
    ...[...alive.values()].map(({ pid, command }) => `process ${pid}: ${command}`),
    ...ports.map((address) => `port ${address}`),
    ...[...homes, ...memory, ...(await readdir(temporary))].map((path) => `file ${path}`),
  ];
}
