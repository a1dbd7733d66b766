import type { Recovery } from './recovery.ts';

/** What decides how a server of the sandbox runs. */
export interface ServerSettings {
  address: string;
  port: number;
  socketDirectory: string;
  /** The folder that finished WAL segments are copied to. */
  archive: string;
  /** From the instance's parameter group: names and values that PostgreSQL knows. */
  parameters: Record<string, string>;
  /** Only until a clone has been recovered. */
  recovery?: Recovery;
}

/**
 * What a parameter group cannot set here, because the sandbox decides it: where the server listens and
 * archives, what it loads, and how much memory it takes when many run on one machine.
 */
const ownParameters: ReadonlySet<string> = new Set([
  'allow_alter_system',
  'archive_cleanup_command',
  'archive_command',
  'archive_library',
  'archive_mode',
  'config_file',
  'data_directory',
  'dynamic_shared_memory_type',
  'external_pid_file',
  'fsync',
  'full_page_writes',
  'hba_file',
  'hot_standby',
  'huge_pages',
  'ident_file',
  'io_method',
  'jit',
  'listen_addresses',
  'logging_collector',
  'max_wal_size',
  'min_wal_size',
  'port',
  'restore_command',
  'shared_buffers',
  'shared_preload_libraries',
  'ssl',
  'unix_socket_directories',
  'unix_socket_permissions',
  'wal_level',
]);

/** Rounds of hashing in a new password's verifier; PostgreSQL's default is 4096. */
export const scramIterations = 16;

/**
 * Small and quick rather than durable: the data lives as long as the sandbox, so nothing is flushed to
 * the disk (`fsync`), while full pages are still written because base backups need them.
 */
const lean = {
  max_connections: '60',
  shared_buffers: '16MB',
  huge_pages: 'off',
  // Files of the data directory: /dev/shm may be small or absent, and is nothing's to clean after a crash.
  dynamic_shared_memory_type: 'mmap',
  io_method: 'sync',
  jit: 'off',
  fsync: 'off',
  full_page_writes: 'on',
  wal_level: 'replica',
  max_wal_size: '32MB',
  min_wal_size: '2MB',
  max_wal_senders: '4',
  max_replication_slots: '4',
  max_worker_processes: '4',
  max_parallel_workers: '2',
  autovacuum_worker_slots: '2',
  autovacuum_max_workers: '2',
  autovacuum_naptime: '60s',
  password_encryption: 'scram-sha-256',
  // Passwords here are random and live for minutes: hashing them slowly would only cost both sides time.
  scram_iterations: String(scramIterations),
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %u@%d %h ',
  log_min_messages: 'warning',
  allow_alter_system: 'off',
};

/** The whole postgresql.conf; the one that initdb wrote is replaced. */
export function renderConfiguration(settings: ServerSettings): string {
  const { logical, own } = split(settings.parameters);
  const lines = {
    ...lean,
    ...own,
    ...(logical ? { wal_level: 'logical' } : {}),
    listen_addresses: settings.address,
    port: String(settings.port),
    unix_socket_directories: settings.socketDirectory,
    archive_mode: 'on',
    archive_command: archiveCommand(settings.archive),
    ...(settings.recovery ? recoveryLines(settings.recovery) : {}),
  };
  return `${Object.entries(lines)
    .map(([name, value]) => `${name} = ${quote(value)}`)
    .join('\n')}\n`;
}

function split(parameters: Record<string, string>): { logical: boolean; own: Record<string, string> } {
  const own = Object.entries(parameters).filter(
    ([name]) => !ownParameters.has(name) && !name.startsWith('rds.'),
  );
  return { logical: parameters['rds.logical_replication'] === '1', own: Object.fromEntries(own) };
}

/** A segment appears in the archive whole or not at all; one that is there already is left alone. */
function archiveCommand(archive: string): string {
  const target = shellQuote(archive);
  return `test -f ${target}/%f || (cp %p ${target}/.%f.part && mv ${target}/.%f.part ${target}/%f)`;
}

function recoveryLines(recovery: Recovery): Record<string, string> {
  return {
    restore_command: `cp ${shellQuote(recovery.archive)}/%f %p`,
    recovery_target_time: recovery.target.toISOString().replace('Z', '+00'),
    recovery_target_inclusive: 'on',
    recovery_target_timeline: 'latest',
    recovery_target_action: 'promote',
    // Nobody may look at a clone before it has reached its target.
    hot_standby: 'off',
  };
}

function shellQuote(path: string): string {
  return `'${path.replaceAll('%', '%%').replaceAll("'", "'\\''")}'`;
}

/** PostgreSQL reads backslashes in a quoted value, and ends a value at a line's end. */
function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}
