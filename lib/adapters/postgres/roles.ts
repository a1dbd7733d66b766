import { RollbackError } from '../../domain/errors.ts';
import { identifier, type Session } from './connection.ts';
import { SqlError } from './errors.ts';
import { scramVerifier } from './scram.ts';

/** Login roles that RDS itself keeps on every instance: nobody but AWS can use or alter them. */
const engineRoles = ['rdsadmin', 'rdsrepladmin', 'rdstopmgr', 'rdswriteforwarduser', 'rdsproxyadmin'];

export interface RoleState {
  name: string;
  canLogin: boolean;
  /** Whether the session's own role may alter it. */
  alterable: boolean;
  /** Attributes that differ from a plain role's, in alphabetical order: `bypassrls`, `createdb`, … */
  attributes: string[];
  /** Roles that it is a member of, in alphabetical order. */
  memberOf: string[];
}

/** The roles that a fence leaves alone: the policy's, the session's own and the engine's. */
export function untouched(allowedRoles: string[]): string[] {
  return [...allowedRoles, ...engineRoles];
}

/** Every role outside the allow-list that is not one of PostgreSQL's predefined ones, by name. */
export async function rolesOutside(session: Session, allowedRoles: string[]): Promise<RoleState[]> {
  return session.query<RoleState & Record<string, any>>(
    `SELECT r.rolname AS name, r.rolcanlogin AS "canLogin",
            NOT r.rolsuper AND (pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')
              OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)) AS alterable,
            array_remove(ARRAY[CASE WHEN r.rolbypassrls THEN 'bypassrls' END,
              CASE WHEN r.rolcreatedb THEN 'createdb' END, CASE WHEN r.rolcreaterole THEN 'createrole' END,
              CASE WHEN r.rolreplication THEN 'replication' END, CASE WHEN r.rolsuper THEN 'superuser' END], NULL)
              AS attributes,
            ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                  WHERE m.member = r.oid ORDER BY g.rolname COLLATE "C") AS "memberOf"
     FROM pg_roles r
     WHERE r.rolname <> ALL ($1) AND r.rolname <> current_user AND (r.rolcanlogin OR r.rolname !~ '^(pg|rds)_')
     ORDER BY r.rolname COLLATE "C"`,
    [untouched(allowedRoles)],
  );
}

/** Names of the roles outside the allow-list that may log in at this moment. */
export async function loginRolesOutside(session: Session, allowedRoles: string[]): Promise<string[]> {
  const roles = await session.query<{ name: string }>(
    `SELECT rolname AS name FROM pg_roles
     WHERE rolcanlogin AND rolname <> ALL ($1) AND rolname <> current_user ORDER BY rolname COLLATE "C"`,
    [untouched(allowedRoles)],
  );
  return roles.map(({ name }) => name);
}

/**
 * Lets roles log in, or not, all in one transaction. Roles that do not exist are left out.
 * Returns the roles that it set. Throws `RolesNotFenceable` where one is not the session's to alter.
 */
export async function setLogin(session: Session, names: string[], login: boolean): Promise<string[]> {
  return session.transaction('READ WRITE', async () => {
    const present = await existing(session, names);
    for (const name of present) {
      await altering(name, () =>
        session.query(`ALTER ROLE ${identifier(name)} ${login ? 'LOGIN' : 'NOLOGIN'}`),
      );
    }
    return present;
  });
}

/** Those of the names that are roles, in the order given. */
async function existing(session: Session, names: string[]): Promise<string[]> {
  const found = await session.query<{ name: string }>(
    'SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1)',
    [names],
  );
  const present = new Set(found.map(({ name }) => name));
  return names.filter((name) => present.has(name));
}

/** Sets a role's password; only its SCRAM verifier goes to the server, which may log statements. */
export async function setPassword(session: Session, role: string, password: string): Promise<void> {
  await altering(role, () =>
    session.query(`ALTER ROLE ${identifier(role)} PASSWORD '${scramVerifier(password)}'`),
  );
}

async function altering(role: string, alter: () => Promise<unknown>): Promise<void> {
  try {
    await alter();
  } catch (error) {
    if (!(error instanceof SqlError) || error.sqlState !== '42501') throw error;
    throw new RollbackError(
      'RolesNotFenceable',
      `Role ${role} is not the fencer's to alter: ${error.message}`,
      {
        cause: error,
        details: { roles: [role] },
      },
    );
  }
}
