import { type Client, escapeIdentifier, escapeLiteral } from 'pg';

/** What RDS's own role can hand on; the master user gets it through membership. */
const predefined = [
  'pg_monitor',
  'pg_signal_backend',
  'pg_checkpoint',
  'pg_read_all_data',
  'pg_write_all_data',
  'pg_maintain',
  'pg_create_subscription',
  'pg_use_reserved_connections',
];

/**
 * Statements that make the master user as RDS does: no superuser, but one who makes roles and databases
 * and hands on the predefined roles, by membership in a role of the service that nobody logs in as.
 */
export function masterSetup(username: string, password: string): string[] {
  const master = escapeIdentifier(username);
  return [
    'CREATE ROLE rds_superuser NOLOGIN',
    'CREATE ROLE rds_password NOLOGIN',
    'CREATE ROLE rds_iam NOLOGIN',
    `GRANT ${predefined.join(', ')}, rds_password TO rds_superuser WITH ADMIN OPTION`,
    `CREATE ROLE ${master} LOGIN NOSUPERUSER CREATEROLE CREATEDB PASSWORD ${escapeLiteral(password)} VALID UNTIL 'infinity'`,
    `GRANT rds_superuser TO ${master} WITH ADMIN OPTION`,
    `ALTER DATABASE postgres OWNER TO ${master}`,
  ];
}

/** Sessions over TCP whose role is a superuser or can become one. */
export async function superuserSessions(client: Client): Promise<{ user: string; address: string }[]> {
  const { rows } = await client.query(
    `SELECT usename AS user, client_addr::text AS address FROM pg_stat_activity
     WHERE client_addr IS NOT NULL
       AND EXISTS (SELECT FROM pg_roles WHERE rolsuper AND pg_has_role(usesysid, oid, 'MEMBER'))`,
  );
  return rows;
}
