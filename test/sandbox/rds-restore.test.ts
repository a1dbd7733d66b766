import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Account } from './rds-account.ts';

let account: Account;

beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account.close());

const ids = 'SELECT array_agg(id ORDER BY id) AS ids FROM orders';

describe('RestoreDBInstanceToPointInTime', () => {
  test('gives the data as it was at the time, inclusive, and a clone that can be restored itself', async () => {
    const source = await account.create('source', { Tags: [{ Key: 'team', Value: 'orders' }] });
    const client = await account.connect(source);
    await client.query('CREATE TABLE orders (id int)');
    await client.query('INSERT INTO orders VALUES (1)');
    await delay(2000);
    const target = new Date(Math.floor(Date.now() / 1000) * 1000);
    await delay(1100);
    await client.query('INSERT INTO orders VALUES (2)');
    await account.until('source', ({ LatestRestorableTime }) => LatestRestorableTime! >= target);

    const { DBInstance: answer } = await account.call('RestoreDBInstanceToPointInTime', {
      SourceDBInstanceIdentifier: 'source',
      TargetDBInstanceIdentifier: 'clone',
      RestoreTime: new Date(target.getTime() + 900),
      VpcSecurityGroupIds: ['sg-0open'],
      Tags: [{ Key: 'role', Value: 'candidate' }],
    });
    expect(answer).toMatchObject({ DBInstanceStatus: 'creating', MultiAZ: false, DeletionProtection: false });
    expect(answer.Endpoint).toBeUndefined();

    const seen = new Set<string | undefined>();
    const clone = await account.until('clone', ({ DBInstanceStatus, LatestRestorableTime }) => {
      if (DBInstanceStatus !== 'available') expect(LatestRestorableTime).toBeUndefined();
      seen.add(DBInstanceStatus);
      return DBInstanceStatus === 'available';
    });
    expect([...seen]).toEqual(['creating', 'backing-up', 'available'].filter((status) => seen.has(status)));
    expect(clone.TagList).toEqual([
      { Key: 'team', Value: 'orders' },
      { Key: 'role', Value: 'candidate' },
    ]);
    const onClone = await account.connect(clone);
    expect((await onClone.query(ids)).rows).toEqual([{ ids: [1] }]);
    expect((await client.query(ids)).rows).toEqual([{ ids: [1, 2] }]);
    const timings = account.rds.timings('clone');
    expect(timings!.copyMs! + timings!.recoveryMs!).toBeLessThan(3000);

    await onClone.query('INSERT INTO orders VALUES (3)');
    const written = new Date();
    await account.until('clone', ({ LatestRestorableTime }) => LatestRestorableTime! > written);
    await account.call('RestoreDBInstanceToPointInTime', {
      SourceDbiResourceId: clone.DbiResourceId,
      TargetDBInstanceIdentifier: 'second',
      UseLatestRestorableTime: true,
      VpcSecurityGroupIds: ['sg-0open'],
    });
    const second = await account.until('second', ({ DBInstanceStatus }) => DBInstanceStatus === 'available');
    const onSecond = await account.connect(second);
    expect((await onSecond.query(ids)).rows).toEqual([{ ids: [1, 3] }]);
    await Promise.all([client, onClone, onSecond].map((each) => each.end()));
  });

  test('refuses what RDS refuses', async () => {
    const source = await account.describe('source');
    const restore = (input: Record<string, unknown>) =>
      account.call('RestoreDBInstanceToPointInTime', {
        SourceDBInstanceIdentifier: 'source',
        TargetDBInstanceIdentifier: 'refused',
        ...input,
      });
    const latest = source.LatestRestorableTime!.getTime();
    const tooLate = { RestoreTime: new Date(latest + 3_600_000) };
    await expect(restore(tooLate)).rejects.toThrow(/cannot be restored to a time later than/);
    const tooEarly = { RestoreTime: new Date(source.InstanceCreateTime!.getTime()) };
    await expect(restore(tooEarly)).rejects.toThrow(/cannot be restored to a time earlier than/);
    await expect(restore({ ...tooLate, UseLatestRestorableTime: true })).rejects.toMatchObject({
      code: 'InvalidParameterCombination',
    });
    await expect(restore({})).rejects.toMatchObject({ code: 'InvalidParameterCombination' });
    const latestTime = { UseLatestRestorableTime: true };
    await expect(restore({ ...latestTime, TargetDBInstanceIdentifier: 'clone' })).rejects.toMatchObject({
      code: 'DBInstanceAlreadyExists',
    });
    await expect(restore({ ...latestTime, SourceDBInstanceIdentifier: 'nobody' })).rejects.toMatchObject({
      code: 'DBInstanceNotFound',
      status: 404,
    });
    await expect(restore({ ...latestTime, DBParameterGroupName: 'missing' })).rejects.toMatchObject({
      code: 'DBParameterGroupNotFound',
    });
  });

  test('without groups in the request the clone gets the default ones and nobody gets in', async () => {
    await account.call('RestoreDBInstanceToPointInTime', {
      SourceDBInstanceIdentifier: 'source',
      TargetDBInstanceIdentifier: 'plain',
      UseLatestRestorableTime: true,
    });
    const plain = await account.until('plain', ({ DBInstanceStatus }) => DBInstanceStatus === 'available');
    expect(plain.VpcSecurityGroups).toEqual([
      { VpcSecurityGroupId: account.network.defaultGroupId, Status: 'active' },
    ]);
    expect(plain.DBParameterGroups).toEqual([
      { DBParameterGroupName: 'default.postgres18', ParameterApplyStatus: 'in-sync' },
    ]);
    await expect(account.connect(plain)).rejects.toThrow(/no pg_hba.conf entry/);
  });

  test('a scenario can let one restore end in a terminal state', async () => {
    account.rds.faults.restore = (identifier) =>
      identifier === 'doomed' ? 'incompatible-restore' : undefined;
    await account.call('RestoreDBInstanceToPointInTime', {
      SourceDBInstanceIdentifier: 'source',
      TargetDBInstanceIdentifier: 'doomed',
      UseLatestRestorableTime: true,
    });
    const doomed = await account.until('doomed', ({ DBInstanceStatus }) => DBInstanceStatus !== 'creating');
    expect(doomed.DBInstanceStatus).toBe('incompatible-restore');
    await account.call('DeleteDBInstance', { DBInstanceIdentifier: 'doomed', SkipFinalSnapshot: true });
  });

  test('backups that outlive their instance can be restored from', async () => {
    const { DbiResourceId } = await account.describe('source');
    await account.call('DeleteDBInstance', {
      DBInstanceIdentifier: 'source',
      SkipFinalSnapshot: true,
      DeleteAutomatedBackups: false,
    });
    const { DBInstanceAutomatedBackups } = await account.call('DescribeDBInstanceAutomatedBackups', {
      DbiResourceId,
    });
    expect(DBInstanceAutomatedBackups).toMatchObject([{ RestoreWindow: { LatestTime: expect.any(Date) } }]);
    while ((await account.call('DescribeDBInstances', {})).DBInstances.some(isSource)) await delay(25);
    await account.call('RestoreDBInstanceToPointInTime', {
      SourceDbiResourceId: DbiResourceId,
      TargetDBInstanceIdentifier: 'revived',
      UseLatestRestorableTime: true,
      VpcSecurityGroupIds: ['sg-0open'],
    });
    const revived = await account.until(
      'revived',
      ({ DBInstanceStatus }) => DBInstanceStatus === 'available',
    );
    const client = await account.connect(revived);
    expect((await client.query(ids)).rows).toEqual([{ ids: [1, 2] }]);
    await client.end();
  });
});

function isSource(instance: { DBInstanceIdentifier: string }): boolean {
  return instance.DBInstanceIdentifier === 'source';
}
