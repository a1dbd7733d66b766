import { join } from 'node:path';
import { absentFolders, type BaseBackup } from './base-backup.ts';
import type { PostgresHome } from './home.ts';

/** Up to which moment a clone replays its source's WAL. */
export interface Recovery {
  /** The folder with the source's finished segments. */
  archive: string;
  /** Transactions committed at or before this are on the clone. */
  target: Date;
}

/**
 * Lays out a clone's data directory from a base backup, ready for a server that recovers.
 * Gives the milliseconds that the copy took.
 */
export async function layOutClone(home: PostgresHome, backup: BaseBackup, data: string): Promise<number> {
  const began = performance.now();
  await home.copy([join(backup.directory, 'data')], data);
  for (const folder of absentFolders) await home.makeDirectory(join(data, folder));
  await home.writeFile(join(data, 'backup_label'), backup.label);
  await home.writeFile(join(data, 'recovery.signal'), '');
  return performance.now() - began;
}
