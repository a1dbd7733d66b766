import { identifier, type Login, literal } from './connection.ts';

export interface SetupOptions {
  database: string;
  /** The logins that a fence shuts out and an opening lets in again. Login roles that exist already. */
  applicationRoles: string[];
  fencer: Login;
  reader: Login;
}

/**
 * What a cluster's owner runs once on every shard, one statement after the other, as the role that owns the
 * application's tables and made its roles (on RDS the master user: NOSUPERUSER, CREATEROLE). PostgreSQL 16 or newer.
 * Run again, it changes nothing but the two logins' passwords.
 *
 * The fencer may switch logins on and off and end sessions, and can read or write no table. The reader may read every
 * table and writes only its heartbeat. What either needs beyond that is a function that does this one thing with the
 * owner's rights.
 */
export function setupStatements(options: SetupOptions): string[] {
  const fencer = identifier(options.fencer.username);
  const reader = identifier(options.reader.username);
  return [
    ...role(options.fencer, 'CREATEROLE'),
    ...role(options.reader, 'NOCREATEROLE'),
    `GRANT pg_signal_backend, pg_monitor TO ${fencer}`,
    // The reader repeats the fence's proof without being able to change it; pg_monitor shows it every session.
    `GRANT pg_read_all_data, pg_monitor TO ${reader}`,
    `GRANT CONNECT ON DATABASE ${identifier(options.database)} TO ${fencer}, ${reader}`,
    ...options.applicationRoles.map(
      (name) => `GRANT ${identifier(name)} TO ${fencer} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
    ),
    ...schema,
    `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA safe_rollback FROM PUBLIC`,
    `GRANT USAGE ON SCHEMA safe_rollback TO ${fencer}, ${reader}`,
    `GRANT SELECT, INSERT, DELETE ON safe_rollback.heartbeat TO ${reader}`,
    `GRANT SELECT, INSERT ON safe_rollback.identity TO ${fencer}`,
    `GRANT SELECT ON safe_rollback.identity TO ${reader}`,
    `GRANT EXECUTE ON FUNCTION safe_rollback.disarm(), safe_rollback.set_sequence(regclass, bigint) TO ${fencer}`,
  ];
}

function role({ username, password }: Login, attribute: string): string[] {
  const name = identifier(username);
  return [
    `DO $setup$ BEGIN
       IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = ${literal(username)}) THEN
         CREATE ROLE ${name};
       END IF;
     END $setup$`,
    `ALTER ROLE ${name} LOGIN ${attribute} PASSWORD ${literal(password)}`,
  ];
}

const schema = [
  'CREATE SCHEMA IF NOT EXISTS safe_rollback',
  // One row a pass: the clone's newest tells how far its data reaches, and which transactions were open then.
  `CREATE TABLE IF NOT EXISTS safe_rollback.heartbeat (
     at timestamptz NOT NULL DEFAULT clock_timestamp(),
     snapshot pg_snapshot NOT NULL DEFAULT pg_current_snapshot()
   )`,
  'CREATE INDEX IF NOT EXISTS heartbeat_at ON safe_rollback.heartbeat (at)',
  // Written into a clone only: system identifier and oids are its source's, so they do not tell the two apart.
  `CREATE TABLE IF NOT EXISTS safe_rollback.identity (
     token text NOT NULL,
     run text PRIMARY KEY,
     at timestamptz NOT NULL DEFAULT clock_timestamp()
   )`,
  // A clone revives what its source runs by itself. Switched off here for good, since the quarantine parameter group,
  // which keeps it from starting, is taken away again.
  `CREATE OR REPLACE FUNCTION safe_rollback.disarm() RETURNS text[]
   LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
   DECLARE
     disarmed text[] := '{}';
     subscription name;
     jobs bigint;
   BEGIN
     FOR subscription IN
       SELECT s.subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
       WHERE d.datname = current_database() AND (s.subenabled OR s.subslotname IS NOT NULL)
     LOOP
       EXECUTE format('ALTER SUBSCRIPTION %I DISABLE', subscription);
       -- The slot belongs to the real subscriber: a clone that took it would eat that one's rows.
       EXECUTE format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', subscription);
       disarmed := disarmed || ('subscription ' || subscription);
     END LOOP;
     IF to_regclass('cron.job') IS NOT NULL THEN
       EXECUTE 'UPDATE cron.job SET active = false WHERE active';
       GET DIAGNOSTICS jobs = ROW_COUNT;
       IF jobs > 0 THEN disarmed := disarmed || (jobs || ' cron jobs'); END IF;
     END IF;
     RETURN disarmed;
   END $body$`,
  `CREATE OR REPLACE FUNCTION safe_rollback.set_sequence(sequence regclass, value bigint) RETURNS bigint
   LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
     SELECT setval(sequence, value)
   $body$`,
];
