import { identifier, type Session } from './connection.ts';

/** A relation that holds rows itself: a plain table, a leaf partition, a materialised view. */
export interface Relation {
  /** The table as the policy names it. */
  table: string;
  /** Schema and name, quoted, as SQL writes it. */
  sql: string;
  blocks: number;
  columns: Column[];
}

export interface Column {
  name: string;
  /** Two values are equal for the type's own hash exactly when they are the same bytes. */
  exactHash: boolean;
}

/**
 * Types whose native hash tells every two different values apart (as far as 64 bits do). The others either have none
 * (json, xml, tsvector, point, …) or call equal what differs: numeric 1.0 and 1.00, jsonb 1 and 1.0, 0 and −0,
 * `1 mon` and `30 days`, an array's bounds, an enum's oid after a re-creation.
 */
const exactTypes = [
  'bool',
  'bytea',
  'date',
  'int2',
  'int4',
  'int8',
  'name',
  'oid',
  'text',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'varchar',
];

/** Relations behind one table name of the policy; empty where there is no such table. */
export async function relationsOf(session: Session, table: string): Promise<Relation[]> {
  const rows = await session.query<{
    schema: string;
    name: string;
    blocks: string;
    columns: Column[];
  }>(
    `WITH RECURSIVE tree AS (
       SELECT to_regclass($1)::oid AS oid
       UNION ALL
       SELECT i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
     )
     SELECT n.nspname AS schema, c.relname AS name,
            (pg_relation_size(c.oid) / current_setting('block_size')::bigint)::text AS blocks,
            coalesce((SELECT json_agg(json_build_object('name', a.attname, 'exactHash',
                        t.typname = ANY ($2) AND t.typnamespace = 'pg_catalog'::regnamespace
                        AND coalesce(l.collisdeterministic, true)) ORDER BY a.attname COLLATE "C")
                      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                      LEFT JOIN pg_collation l ON l.oid = a.attcollation
                      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns
     FROM tree JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'm')
     ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
    [table, exactTypes],
  );
  return rows.map(({ schema, name, blocks, columns }) => ({
    table,
    sql: `${identifier(schema)}.${identifier(name)}`,
    blocks: Number(blocks),
    columns,
  }));
}
