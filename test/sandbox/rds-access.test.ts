import type { DBInstance } from '@aws-sdk/client-rds';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Account, master } from './rds-account.ts';

const refused = /no pg_hba.conf entry/;
const keyboard = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: '127.0.0.1/32' }] };

let account: Account;
let instance: DBInstance;

beforeAll(async () => {
  account = await Account.open();
  instance = await account.create('access', { BackupRetentionPeriod: 0 });
});
afterAll(() => account.close());

async function canConnect(from?: string): Promise<boolean> {
  try {
    const client = await account.connect(instance, { from });
    await client.end();
    return true;
  } catch (error) {
    expect((error as Error).message).toMatch(refused);
    return false;
  }
}

describe('Security groups', () => {
  test('let in the ranges and the members of groups that their rules name, and nobody else', async () => {
    expect(await canConnect()).toBe(true);
    expect(await canConnect(account.network.addressOfHost('app'))).toBe(true);
    expect(await canConnect(await account.network.addressFor(['sg-0app', 'sg-0closed']))).toBe(true);
    expect(await canConnect(await account.network.addressFor(['sg-0closed']))).toBe(false);
    expect(await canConnect(account.network.allocate())).toBe(false);
  });

  test('ModifyDBInstance shuts new connections out and leaves established ones alone', async () => {
    const established = await account.connect(instance);
    const { DBInstance: answer } = await account.call('ModifyDBInstance', {
      DBInstanceIdentifier: 'access',
      VpcSecurityGroupIds: ['sg-0closed'],
    });
    expect(answer.VpcSecurityGroups).toEqual([{ VpcSecurityGroupId: 'sg-0closed', Status: 'adding' }]);
    await account.until('access', ({ VpcSecurityGroups }) => VpcSecurityGroups?.[0]?.Status === 'active');
    expect(await canConnect()).toBe(false);
    expect((await established.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await established.end();
  });

  test('a rule is in force when EC2 has answered', async () => {
    const rule = { GroupId: 'sg-0closed', IpPermissions: [keyboard] };
    await account.context.call('ec2', 'AuthorizeSecurityGroupIngress', rule);
    expect(await canConnect()).toBe(true);
    await account.context.call('ec2', 'RevokeSecurityGroupIngress', rule);
    expect(await canConnect()).toBe(false);
    await account.call('ModifyDBInstance', {
      DBInstanceIdentifier: 'access',
      VpcSecurityGroupIds: ['sg-0open'],
    });
    await account.until('access', ({ DBInstanceStatus }) => DBInstanceStatus === 'available');
    expect(await canConnect()).toBe(true);
  });
});

describe('Roles', () => {
  test('the master is no superuser but makes roles and hands on the predefined ones', async () => {
    const client = await account.connect(instance);
    const { rows } = await client.query(
      'SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user',
    );
    expect(rows).toEqual([{ rolsuper: false, rolcreaterole: true, rolcreatedb: true, rolbypassrls: false }]);
    await client.query('CREATE ROLE fencer LOGIN CREATEROLE');
    await client.query('GRANT pg_signal_backend, pg_monitor, pg_read_all_data TO fencer');
    await expect(client.query("ALTER SYSTEM SET work_mem = '1MB'")).rejects.toThrow(/ALTER SYSTEM/);
    await expect(client.query('SELECT pg_switch_wal()')).rejects.toThrow(/permission denied/);
    await expect(client.query('ALTER ROLE rdsadmin NOLOGIN')).rejects.toThrow(/permission denied/);
    await client.query('CREATE TABLE mine (id int)');
    await client.end();
  });

  test('the superuser cannot come in over TCP, and nobody there is one', async () => {
    await expect(account.connect(instance, { user: 'rdsadmin', password: 'whatever' })).rejects.toThrow(
      /pg_hba.conf rejects connection/,
    );
    const client = await account.connect(instance);
    expect(await account.rds.superuserSessions()).toEqual([]);
    const superuser = await account.rds.connectAsSuperuser('access');
    await superuser.query(`ALTER ROLE ${master.user} SUPERUSER`);
    expect(await account.rds.superuserSessions()).toMatchObject([{ instance: 'access', user: master.user }]);
    await superuser.query(`ALTER ROLE ${master.user} NOSUPERUSER`);
    await superuser.end();
    await client.end();
  });

  test('a wrong password is refused, and ModifyDBInstance sets a new one', async () => {
    const wrong = { password: 'something-else' };
    await expect(account.connect(instance, wrong)).rejects.toThrow(/password authentication failed/);
    await account.call('ModifyDBInstance', {
      DBInstanceIdentifier: 'access',
      MasterUserPassword: wrong.password,
      ApplyImmediately: true,
    });
    await account.until('access', ({ DBInstanceStatus }) => DBInstanceStatus === 'available');
    await (await account.connect(instance, wrong)).end();
  });
});
