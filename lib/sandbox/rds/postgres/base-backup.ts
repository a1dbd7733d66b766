import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailed } from './command.ts';
import type { PostgresHome } from './home.ts';
import type { PostgresServer } from './server.ts';

export interface BaseBackup {
  /** Its folder; `data` in it is the copy of the data directory. */
  directory: string;
  /** The content of backup_label, which tells a recovery where to begin. */
  label: string;
  /** The database's time when the backup ended: no recovery may end before it. */
  endedAt: Date;
}

/** What a server makes anew, and a backup therefore leaves out: the folders stay, empty. */
export const absentFolders = [
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
];
const absentFiles = ['postmaster.pid', 'postmaster.opts'];

/**
 * Copies the files of a running server between `pg_backup_start` and `pg_backup_stop`.
 * `archived` must resolve once the named WAL segment is in the archive, since without it the backup is
 * worth nothing.
 */
export async function takeBaseBackup(
  home: PostgresHome,
  server: PostgresServer,
  directory: string,
  archived: (segment: string) => Promise<void>,
): Promise<BaseBackup> {
  return server.asSuperuser(async (client) => {
    await client.query(`SELECT pg_backup_start('base backup', fast => true)`);
    const entries = (await readdir(server.data)).filter(
      (entry) => !absentFolders.includes(entry) && !absentFiles.includes(entry),
    );
    await copyLiving(
      home,
      entries.map((entry) => join(server.data, entry)),
      join(directory, 'data'),
    );
    const { rows } = await client.query(
      `SELECT lsn, labelfile, pg_walfile_name(lsn) AS segment FROM pg_backup_stop(wait_for_archive => false)`,
    );
    const ended = await client.query('SELECT clock_timestamp() AS at');
    await archived(rows[0].segment);
    return { directory, label: rows[0].labelfile, endedAt: ended.rows[0].at };
  });
}

/** A file that vanishes while it is copied is one that replaying the WAL removes as well. */
async function copyLiving(home: PostgresHome, sources: string[], target: string): Promise<void> {
  try {
    await home.copy(sources, target);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const others = error.stderr
      .split('\n')
      .filter((line) => line && !line.includes('No such file or directory'));
    if (others.length > 0) throw error;
  }
}
