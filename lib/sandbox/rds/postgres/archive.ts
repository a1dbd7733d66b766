import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresServer } from './server.ts';

const pollMs = 10;

/** The folder that a server's finished WAL segments go to: what S3 is for RDS. */
export class WalArchive {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Resolves once the segment is in the archive. Fails where the server ends meanwhile. */
  async waitFor(segment: string, server: PostgresServer): Promise<void> {
    const path = join(this.directory, segment);
    while (!(await exists(path))) {
      if (!server.running) throw new Error(`The server ended before it archived ${segment}.`);
      await delay(pollMs);
    }
  }

  /**
   * Finishes the current segment, archives it, and gives the new latest restorable time.
   *
   * A recovery to a time ends at the first commit *after* it, and is an error where there is none. So
   * this commits something (an idle database has nothing else), and the time, in whole seconds, lies
   * strictly before that commit.
   */
  async upload(server: PostgresServer): Promise<Date> {
    return server.asSuperuser(async (client) => {
      const { rows } = await client.query(
        `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS before,
                pg_logical_emit_message(true, 'archive', '') IS NOT NULL AS committed`,
      );
      const { rows: switched } = await client.query('SELECT pg_walfile_name(pg_switch_wal()) AS segment');
      await this.waitFor(switched[0].segment, server);
      return new Date((Math.ceil(rows[0].before / 1000) - 1) * 1000);
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
