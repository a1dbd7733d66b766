import { describe, expect, test } from '@jest/globals';
import { endpointHost, newResourceId, parseIdentifier } from '../../../../lib/sandbox/rds/identifiers.ts';
import { page } from '../../../../lib/sandbox/rds/paging.ts';
import { mergeTags } from '../../../../lib/sandbox/rds/requests.ts';
import { refuseUnsupported, requestedSettings } from '../../../../lib/sandbox/rds/settings.ts';

describe('Identifiers', () => {
  test.each(['', '1a', 'a-', 'a--b', 'a_b', 'a'.repeat(64), 7])('refuse %j', (value) => {
    expect(() => parseIdentifier(value, 'DBInstanceIdentifier')).toThrow(/not a valid identifier/);
  });

  test('are kept in lower case', () => {
    expect(parseIdentifier('Orders-Shard-0', 'DBInstanceIdentifier')).toBe('orders-shard-0');
  });

  test('look as RDS makes them', () => {
    expect(newResourceId()).toMatch(/^db-[A-Z2-7]{26}$/);
    const host = endpointHost('orders', '111122223333', 'eu-central-1');
    expect(host).toMatch(/^orders\.c[a-z0-9]{11}\.eu-central-1\.rds\.amazonaws\.com$/);
    expect(endpointHost('orders', '111122223333', 'eu-central-1')).toBe(host);
  });
});

describe('A page', () => {
  const all = Array.from({ length: 45 }, (_, at) => at);

  test('goes on where the last one ended', () => {
    const first = page(all, { MaxRecords: 20 });
    const second = page(all, { MaxRecords: 20, Marker: first.Marker });
    const third = page(all, { MaxRecords: 20, Marker: second.Marker });
    expect([...first.items, ...second.items, ...third.items]).toEqual(all);
    expect(third.Marker).toBeUndefined();
  });

  test('has RDS’s limits', () => {
    expect(() => page(all, { MaxRecords: 19 })).toThrow(/between 20 and 100/);
    expect(() => page(all, { Marker: 'what' })).toThrow(/Invalid Marker/);
  });
});

describe('Settings', () => {
  test('translate the request’s names', () => {
    expect(requestedSettings({ EnableIAMDatabaseAuthentication: true, MultiAZ: false, Unknown: 1 })).toEqual({
      IAMDatabaseAuthenticationEnabled: true,
      MultiAZ: false,
    });
  });

  test('refuse what RDS refuses and what the sandbox does not have', () => {
    expect(() => requestedSettings({ BackupRetentionPeriod: 36 })).toThrow(/between 0 and 35/);
    expect(() => requestedSettings({ MonitoringInterval: 2 })).toThrow(/Valid values: 0, 1, 5/);
    expect(() => requestedSettings({ DBInstanceClass: 'huge' })).toThrow(/Invalid DB Instance class: huge/);
    expect(() => refuseUnsupported('CreateDBInstance', { ManageMasterUserPassword: true })).toThrow(
      "The sandbox's CreateDBInstance does not have ManageMasterUserPassword.",
    );
  });

  test('later tags replace earlier ones of the same key', () => {
    const tag = (Key: string, Value: string) => ({ Key, Value });
    expect(mergeTags([tag('a', '1'), tag('b', '2')], undefined, [tag('a', '3')])).toEqual([
      tag('a', '3'),
      tag('b', '2'),
    ]);
  });
});
