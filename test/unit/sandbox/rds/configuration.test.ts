import { describe, expect, test } from '@jest/globals';
import { renderAccess } from '../../../../lib/sandbox/rds/postgres/access.ts';
import { renderConfiguration } from '../../../../lib/sandbox/rds/postgres/configuration.ts';

const settings = {
  address: '127.99.0.1',
  port: 5432,
  socketDirectory: '/s',
  archive: "/it's 100%",
  parameters: {},
};

function lines(options: Partial<Parameters<typeof renderConfiguration>[0]> = {}): string[] {
  return renderConfiguration({ ...settings, ...options }).split('\n');
}

describe('postgresql.conf', () => {
  test('takes parameters of the group, but not those that are the sandbox’s own', () => {
    const rendered = lines({
      parameters: { work_mem: '1024', shared_buffers: '999999', archive_mode: 'off', 'rds.force_ssl': '1' },
    });
    expect(rendered).toContain("work_mem = '1024'");
    expect(rendered).toContain("shared_buffers = '16MB'");
    expect(rendered).toContain("archive_mode = 'on'");
    expect(rendered.join('\n')).not.toContain('rds.');
  });

  test('cannot be broken out of by a value', () => {
    const rendered = lines({ parameters: { application_name: "x\\'\nfsync = 'on" } });
    expect(rendered).toContain("application_name = 'x\\\\''\\nfsync = ''on'");
    expect(rendered).toHaveLength(lines({ parameters: { application_name: 'x' } }).length);
  });

  test('quotes the archive’s path for the shell, for the command and for itself', () => {
    const command = lines().find((line) => line.startsWith('archive_command'));
    expect(command).toContain("''/it''\\\\''''s 100%%''/%f");
  });

  test('recovers to a moment only where asked', () => {
    expect(lines().join()).not.toContain('recovery_target');
    const target = new Date('2026-11-22T12:00:00Z');
    const rendered = lines({ recovery: { archive: '/source', target } });
    expect(rendered).toContain("recovery_target_time = '2026-11-22T12:00:00.000+00'");
    expect(rendered).toContain("hot_standby = 'off'");
  });

  test('turns RDS’s own switch for logical replication into the level of the WAL', () => {
    expect(lines()).toContain("wal_level = 'replica'");
    expect(lines({ parameters: { 'rds.logical_replication': '1' } })).toContain("wal_level = 'logical'");
  });
});

describe('pg_hba.conf', () => {
  test('rejects the superuser over TCP before anybody is let in', () => {
    expect(renderAccess(['10.0.0.0/8', '127.99.0.5/32'])).toBe(
      [
        'local all rdsadmin scram-sha-256',
        'host all rdsadmin all reject',
        'host all all 10.0.0.0/8 scram-sha-256',
        'host all all 127.99.0.5/32 scram-sha-256',
        '',
      ].join('\n'),
    );
  });
});
