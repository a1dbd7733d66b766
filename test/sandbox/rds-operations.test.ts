import { setTimeout as delay } from 'node:timers/promises';
import type { DBInstance } from '@aws-sdk/client-rds';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Account, master } from './rds-account.ts';

let account: Account;
let instance: DBInstance;

beforeAll(async () => {
  account = await Account.open({ instanceQuota: 3, storageQuotaGib: 100 });
  await account.call('CreateDBParameterGroup', {
    DBParameterGroupName: 'own',
    DBParameterGroupFamily: 'postgres18',
    Description: 'of the test',
  });
  await setParameters({ track_commit_timestamp: '1', work_mem: '2048', 'rds.force_ssl': '0' });
  instance = await account.create('operations', { DBParameterGroupName: 'own', BackupRetentionPeriod: 0 });
});
afterAll(() => account.close());

function setParameters(values: Record<string, string>, ApplyMethod = 'pending-reboot') {
  const Parameters = Object.entries(values).map(([ParameterName, ParameterValue]) => ({
    ParameterName,
    ParameterValue,
    ApplyMethod,
  }));
  return account.call('ModifyDBParameterGroup', { DBParameterGroupName: 'own', Parameters });
}

async function show(name: string): Promise<string> {
  const client = await account.connect(instance);
  const { rows } = await client.query('SELECT current_setting($1) AS value', [name]);
  await client.end();
  return rows[0].value;
}

function modify(input: Record<string, unknown>) {
  return account.call('ModifyDBInstance', { DBInstanceIdentifier: 'operations', ...input });
}

async function available(): Promise<DBInstance> {
  return account.until('operations', ({ DBInstanceStatus }) => DBInstanceStatus === 'available');
}

const applyStatus = async () =>
  (await account.describe('operations')).DBParameterGroups![0]!.ParameterApplyStatus;

describe('Parameter groups', () => {
  test('are in force from the start', async () => {
    expect(await show('track_commit_timestamp')).toBe('on');
    expect(await show('work_mem')).toBe('2MB');
    expect(await applyStatus()).toBe('in-sync');
  });

  test('apply dynamic parameters at once and static ones at a reboot', async () => {
    await setParameters({ work_mem: '4096' }, 'immediate');
    expect(await show('work_mem')).toBe('4MB');
    expect(await applyStatus()).toBe('in-sync');
    await setParameters({ max_connections: '40' });
    expect(await applyStatus()).toBe('pending-reboot');
    expect(await show('max_connections')).toBe('60');
    await account.call('RebootDBInstance', { DBInstanceIdentifier: 'operations' });
    await available();
    expect(await show('max_connections')).toBe('40');
    expect(await applyStatus()).toBe('in-sync');
  });

  test('another group waits for a reboot whole', async () => {
    await modify({ DBParameterGroupName: 'default.postgres18', ApplyImmediately: true });
    expect(await applyStatus()).toBe('pending-reboot');
    expect(await show('track_commit_timestamp')).toBe('on');
    await account.call('RebootDBInstance', { DBInstanceIdentifier: 'operations' });
    await available();
    expect(await show('track_commit_timestamp')).toBe('off');
    await modify({ DBParameterGroupName: 'own' });
    await account.call('RebootDBInstance', { DBInstanceIdentifier: 'operations' });
    await available();
    expect(await show('track_commit_timestamp')).toBe('on');
  });

  test('are described, and refuse what PostgreSQL would', async () => {
    const { Parameters } = await account.call('DescribeDBParameters', {
      DBParameterGroupName: 'own',
      Source: 'user',
    });
    expect(Parameters.map(({ ParameterName }: { ParameterName: string }) => ParameterName)).toEqual([
      'max_connections',
      'rds.force_ssl',
      'track_commit_timestamp',
      'work_mem',
    ]);
    await expect(setParameters({ work_mem: 'plenty' })).rejects.toThrow(/Invalid parameter value: plenty/);
    await expect(setParameters({ max_connections: '50' }, 'immediate')).rejects.toMatchObject({
      code: 'InvalidParameterCombination',
    });
    await expect(
      account.call('DeleteDBParameterGroup', { DBParameterGroupName: 'own' }),
    ).rejects.toMatchObject({ code: 'InvalidDBParameterGroupState' });
  });
});

describe('ModifyDBInstance', () => {
  test('defers what needs a window unless it is to apply immediately', async () => {
    await modify({ MultiAZ: true, CopyTagsToSnapshot: true });
    expect(await available()).toMatchObject({
      MultiAZ: false,
      CopyTagsToSnapshot: true,
      PendingModifiedValues: { MultiAZ: true },
    });
    await modify({
      ApplyImmediately: true,
      MonitoringInterval: 60,
      MonitoringRoleArn: 'arn:aws:iam::1:role/m',
    });
    expect(await available()).toMatchObject({
      MultiAZ: true,
      MonitoringInterval: 60,
      PendingModifiedValues: {},
    });
  });

  test('turns backups on and off', async () => {
    expect(await account.describe('operations')).not.toHaveProperty('LatestRestorableTime');
    const restore = { SourceDBInstanceIdentifier: 'operations', TargetDBInstanceIdentifier: 'x' };
    await expect(
      account.call('RestoreDBInstanceToPointInTime', { ...restore, UseLatestRestorableTime: true }),
    ).rejects.toMatchObject({ code: 'PointInTimeRestoreNotEnabled' });
    await modify({ BackupRetentionPeriod: 1, ApplyImmediately: true });
    await account.until('operations', ({ LatestRestorableTime }) => LatestRestorableTime !== undefined);
    await modify({ BackupRetentionPeriod: 0, ApplyImmediately: true });
    await available();
    expect(await account.describe('operations')).not.toHaveProperty('LatestRestorableTime');
  });

  test('refuses bad values', async () => {
    await expect(modify({ BackupRetentionPeriod: 99 })).rejects.toThrow(/must be between 0 and 35/);
    await expect(modify({ VpcSecurityGroupIds: ['sg-0none'] })).rejects.toThrow(/sg-0none/);
    await expect(modify({ NewDBInstanceIdentifier: 'other' })).rejects.toThrow(/does not have NewDBInstance/);
  });
});

describe('CreateDBInstance', () => {
  const create = (input: Record<string, unknown>) =>
    account.call('CreateDBInstance', {
      DBInstanceIdentifier: 'another',
      DBInstanceClass: 'db.r8g.large',
      Engine: 'postgres',
      MasterUsername: master.user,
      MasterUserPassword: master.password,
      BackupRetentionPeriod: 0,
      ...input,
    });

  test('refuses bad requests', async () => {
    await expect(create({ DBInstanceIdentifier: '9lives' })).rejects.toThrow(/not a valid identifier/);
    await expect(create({ DBInstanceIdentifier: 'OPERATIONS' })).rejects.toMatchObject({
      code: 'DBInstanceAlreadyExists',
    });
    await expect(create({ Engine: 'mysql' })).rejects.toThrow(/Invalid DB engine/);
    await expect(create({ EngineVersion: '9.6' })).rejects.toThrow(/Cannot find version 9.6/);
    await expect(create({ MasterUserPassword: 'short' })).rejects.toThrow(/not a valid password/);
    await expect(create({ DBSubnetGroupName: 'none' })).rejects.toMatchObject({
      code: 'DBSubnetGroupNotFoundFault',
    });
    await expect(create({ AllocatedStorage: 100 })).rejects.toMatchObject({ code: 'StorageQuotaExceeded' });
    await expect(create({ KmsKeyId: 'gone', StorageEncrypted: true })).rejects.toMatchObject({
      code: 'KMSKeyNotAccessibleFault',
    });
  });

  test('keeps to the quota of instances, also for requests at the same moment', async () => {
    const results = await Promise.allSettled(
      ['one', 'two', 'three'].map((DBInstanceIdentifier) => create({ DBInstanceIdentifier })),
    );
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { reason: { code: 'InstanceQuotaExceeded' } },
    ]);
    for (const DBInstanceIdentifier of ['one', 'two']) {
      await account.call('DeleteDBInstance', { DBInstanceIdentifier, SkipFinalSnapshot: true });
    }
    while ((await account.call('DescribeDBInstances', {})).DBInstances.length > 1) await delay(25);
  });
});

describe('DeleteDBInstance', () => {
  const remove = (input: Record<string, unknown>) =>
    account.call('DeleteDBInstance', { DBInstanceIdentifier: 'operations', ...input });

  test('needs protection off and a word about the final snapshot', async () => {
    await modify({ DeletionProtection: true });
    await expect(remove({ SkipFinalSnapshot: true })).rejects.toThrow(/disable deletion protection/);
    await modify({ DeletionProtection: false });
    await expect(remove({})).rejects.toThrow(/FinalDBSnapshotIdentifier is required/);
    await remove({ SkipFinalSnapshot: true });
    await account
      .until('operations', () => false)
      .catch((error) => expect(error.code).toBe('DBInstanceNotFound'));
    await expect(account.connect(instance)).rejects.toThrow();
    const { Events } = await account.call('DescribeEvents', { SourceIdentifier: 'operations' });
    expect(Events.at(-1).EventCategories).toEqual(['deletion']);
  });
});
