import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyBatch } from '../../../../lib/sandbox/route53/change-batch.ts';
import { compareNames, isWithin, normaliseName } from '../../../../lib/sandbox/route53/names.ts';
import { resolve } from '../../../../lib/sandbox/route53/resolve.ts';
import { HostedZone } from '../../../../lib/sandbox/route53/zone.ts';

const endpoint = 'db.c0.eu-central-1.rds.amazonaws.com';

interface Wanted {
  Name: string;
  Type: 'A' | 'CNAME' | 'TXT';
  Value: string;
  SetIdentifier?: string;
  Weight?: number;
}

function zoneWith(...records: Wanted[]): HostedZone {
  const zone = new HostedZone({ id: 'Z1', name: 'orders.internal', isPrivate: true, callerReference: 'r' });
  const changes = records.map(({ Value, ...set }) => ({
    Action: 'CREATE' as const,
    ResourceRecordSet: { ...set, TTL: 60, ResourceRecords: [{ Value }] },
  }));
  zone.serve(zone.commit(applyBatch(zone, changes)));
  return zone;
}

function ask(zone: HostedZone, name: string, type = 'A', random = () => 0) {
  const addressOf = (host: string) => (host === endpoint ? '127.99.0.1' : undefined);
  return resolve({ zones: [zone], addressOf }, name, type, random);
}

describe('An answer', () => {
  test('follows a chain to an endpoint', () => {
    const zone = zoneWith(
      { Name: 'a.orders.internal', Type: 'CNAME', Value: 'b.orders.internal' },
      { Name: 'b.orders.internal', Type: 'CNAME', Value: endpoint },
    );
    const { answers, rcode } = ask(zone, 'a.orders.internal.');
    expect(rcode).toBe('NOERROR');
    expect(answers.map(({ type, values }) => [type, values[0]])).toEqual([
      ['CNAME', 'b.orders.internal'],
      ['CNAME', endpoint],
      ['A', '127.99.0.1'],
    ]);
    expect(ask(zone, 'a.orders.internal.', 'CNAME').answers).toHaveLength(1);
  });

  test('ends where a chain runs in a circle, leaves our authority, or leads nowhere', () => {
    const zone = zoneWith(
      { Name: 'a.orders.internal', Type: 'CNAME', Value: 'b.orders.internal' },
      { Name: 'b.orders.internal', Type: 'CNAME', Value: 'a.orders.internal' },
      { Name: 'out.orders.internal', Type: 'CNAME', Value: 'example.com' },
      { Name: 'gone.orders.internal', Type: 'CNAME', Value: `gone.${endpoint}` },
    );
    expect(ask(zone, 'a.orders.internal.')).toMatchObject({ rcode: 'NOERROR', answers: { length: 2 } });
    expect(ask(zone, 'out.orders.internal.')).toMatchObject({ rcode: 'NOERROR', answers: { length: 1 } });
    expect(ask(zone, 'gone.orders.internal.')).toMatchObject({ rcode: 'NXDOMAIN', answers: { length: 1 } });
    expect(ask(zone, 'example.com.')).toMatchObject({ rcode: 'REFUSED' });
  });

  test('tells a name without such records from no name', () => {
    const zone = zoneWith(
      { Name: 'x.y.orders.internal', Type: 'TXT', Value: '"t"' },
      { Name: '*.any.orders.internal', Type: 'A', Value: '127.0.0.9' },
    );
    const soa = { authority: [{ type: 'SOA' }], answers: [] };
    expect(ask(zone, 'x.y.orders.internal.')).toMatchObject({ rcode: 'NOERROR', ...soa });
    expect(ask(zone, 'y.orders.internal.')).toMatchObject({ rcode: 'NOERROR', ...soa });
    expect(ask(zone, 'z.orders.internal.')).toMatchObject({ rcode: 'NXDOMAIN', ...soa });
    expect(ask(zone, 'some.any.orders.internal.').answers).toMatchObject([
      { name: 'some.any.orders.internal.', values: ['127.0.0.9'] },
    ]);
  });

  test('gives one of a weighted group, by weight', () => {
    const group = (...weights: number[]) =>
      zoneWith(
        ...weights.map((Weight, at) => ({
          Name: 'w.orders.internal',
          Type: 'A' as const,
          Value: `127.0.0.${at}`,
          SetIdentifier: String(at),
          Weight,
        })),
      );
    const at = (zone: HostedZone, random: number) =>
      ask(zone, 'w.orders.internal.', 'A', () => random).answers.map(({ values }) => values[0]);
    expect(at(group(1, 3), 0.24)).toEqual(['127.0.0.0']);
    expect(at(group(1, 3), 0.26)).toEqual(['127.0.0.1']);
    expect(at(group(0, 255), 0)).toEqual(['127.0.0.1']);
    expect(at(group(0, 0), 0.6)).toEqual(['127.0.0.1']);
  });
});

describe('Names', () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,5}$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => `${labels.join('.')}.`);

  test('are ordered the same from both sides, parents first', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(Math.sign(compareNames(one, other))).toBe(-Math.sign(compareNames(other, one)) + 0);
        if (one !== other && isWithin(one, other)) expect(compareNames(other, one)).toBeLessThan(0);
      }),
    );
  });

  test('are kept in lower case with a dot and an escaped star', () => {
    expect(normaliseName('*.Orders.Internal')).toBe('\\052.orders.internal.');
    expect(normaliseName('a.')).toBe('a.');
  });
});
