import { createHash } from 'node:crypto';
import type { Server, Session } from '../../lib/adapters/postgres/connection.ts';
import { SqlError } from '../../lib/adapters/postgres/errors.ts';
import { fingerprintBlocks, lockForReading } from '../../lib/adapters/postgres/fingerprint.ts';
import { relationsOf } from '../../lib/adapters/postgres/relations.ts';
import { combined, type Fingerprint, noRows } from '../../lib/domain/validation/fingerprint.ts';
import { type CheckResult, tableCheck } from '../../lib/domain/validation/verdict.ts';
import { partMs, statementTimeoutMs, type ValidatePorts } from './ports.ts';
import { type WalkCursor, walkTable } from './walk.ts';

/** `runs/<run>/fingerprints/<shard>.json`: to be compared only with one of the same seed, algorithm and version. */
export interface Fingerprints {
  algorithm: 'hash-record-extended-1';
  /** 64-bit integer in decimal. */
  seed: string;
  serverVersion: string;
  /** By the policy's table names; `unread` says why there is none. */
  tables: Record<string, Fingerprint | { unread: string }>;
}

export const fingerprintsKey = (run: string, shard: string) => `runs/${run}/fingerprints/${shard}.json`;

/** A run's own seed, so that nobody can prepare rows whose hashes cancel out. */
function seedOf(run: string): string {
  return createHash('sha256').update(run).digest().readBigInt64BE().toString();
}

interface Where {
  run: string;
  shard: string;
  clone: Server;
  cursor: WalkCursor | undefined;
}

/**
 * Takes fingerprints of the planned tables from the cursor on, as far as the time of one part reaches, and keeps those
 * that are complete. Each table of a part is one read-only snapshot; nobody writes to a clone in quarantine between.
 * Returns where to go on; undefined when all are done.
 */
export async function takeFingerprints(ports: ValidatePorts, where: Where): Promise<WalkCursor | undefined> {
  const { databases, documents, elapsed } = ports;
  const { tables } = databases.options.policy;
  const key = fingerprintsKey(where.run, where.shard);
  const started = elapsed();
  const outOfTime = () => elapsed() - started > partMs;
  const work = async (session: Session) => {
    const kept = where.cursor ? await documents.read<Fingerprints>(key) : undefined;
    const document = kept?.value ?? (await emptyDocument(session, where.run));
    let at: WalkCursor = where.cursor ?? { table: 0, relation: 0, block: 0, gathered: noRows };
    while (at.table < tables.length && !outOfTime()) {
      const table = tables[at.table]!;
      const read = await readTable(session, table, at, document.seed, outOfTime);
      if ('table' in read) at = read;
      else {
        document.tables[table] = read;
        at = { table: at.table + 1, relation: 0, block: 0, gathered: noRows };
      }
    }
    await documents.write(key, document);
    return at.table < tables.length ? at : undefined;
  };
  return databases.asReader(where.clone, work, { statementTimeoutMs });
}

/** The table's fingerprint, why there is none, or where to go on. */
async function readTable(
  session: Session,
  table: string,
  from: WalkCursor,
  seed: string,
  outOfTime: () => boolean,
): Promise<Fingerprint | { unread: string } | WalkCursor> {
  try {
    const relations = await relationsOf(session, table);
    if (relations.length === 0) return { unread: 'there is no such table' };
    const at = await session.transaction('ISOLATION LEVEL REPEATABLE READ READ ONLY', async () => {
      await lockForReading(session, relations);
      return walkTable(
        relations,
        from,
        async (relation, range, gathered) =>
          combined(gathered, await fingerprintBlocks(session, relation, range, seed)),
        outOfTime,
      );
    });
    return at.relation < relations.length ? at : at.gathered;
  } catch (error) {
    if (error instanceof SqlError) return { unread: `SQLSTATE ${error.sqlState}` };
    throw error;
  }
}

async function emptyDocument(session: Session, run: string): Promise<Fingerprints> {
  const [row] = await session.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  );
  return { algorithm: 'hash-record-extended-1', seed: seedOf(run), serverVersion: row!.version, tables: {} };
}

/** What the fingerprints say of the planned tables: each was read from end to end, or was not. */
export function judgeTables(tables: string[], document: Fingerprints | undefined): CheckResult[] {
  return tables.flatMap((table): CheckResult[] => {
    const read = document?.tables[table];
    if (read === undefined) return [];
    if ('unread' in read) return [{ check: tableCheck(table), verdict: 'inconclusive', reason: read.unread }];
    return [{ check: tableCheck(table), verdict: 'pass' }];
  });
}
