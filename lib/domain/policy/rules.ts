import { type Fault, show } from '../faults.ts';
import type { Policy } from './schema.ts';
import { faultOfQuery } from './sql.ts';

/** What no single field can say: rules between the fields of a policy. */
export function faultsBetweenFields(policy: Policy): Fault[] {
  return [
    ...repeated(
      'shards',
      policy.shards.map((shard) => shard.name),
      'name',
    ),
    ...repeated(
      'shards',
      policy.shards.map((shard) => shard.record),
      'record',
    ),
    ...repeated('canary', policy.canary),
    ...repeated('tables', policy.tables),
    ...repeated(
      'invariants',
      policy.invariants.map((one) => one.name),
      'name',
    ),
    ...repeated(
      'totals',
      policy.totals.map((one) => one.name),
      'name',
    ),
    ...namesTooLong(policy),
    ...recordsOutsideZone(policy),
    ...canaryUnknown(policy),
    ...wavesTooBig(policy),
    ...queries(policy),
    ...classes(policy),
    ...zones(policy),
  ];
}

function repeated(path: string, values: string[], field?: string): Fault[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) === index
      ? []
      : [
          {
            path: [path, index, field].filter((part) => part !== undefined).join('.'),
            expected: 'each only once',
            got: `${show(value)} again`,
          },
        ],
  );
}

/** RDS takes 63 characters, of which a clone's name needs ten beside cluster and shard. */
function namesTooLong({ cluster, shards }: Policy): Fault[] {
  return shards.flatMap(({ name }, index) =>
    cluster.length + name.length <= 53
      ? []
      : [
          {
            path: `shards.${index}.name`,
            expected: 'at most 53 characters together with the cluster',
            got: show(name),
          },
        ],
  );
}

function recordsOutsideZone({ shards, zone }: Policy): Fault[] {
  return shards.flatMap(({ record }, index) =>
    record.endsWith(`.${zone.name}`)
      ? []
      : [{ path: `shards.${index}.record`, expected: `a name within zone ${zone.name}`, got: show(record) }],
  );
}

function canaryUnknown({ canary, shards }: Policy): Fault[] {
  const names = new Set(shards.map((shard) => shard.name));
  return canary.flatMap((name, index) =>
    names.has(name) ? [] : [{ path: `canary.${index}`, expected: 'the name of a shard', got: show(name) }],
  );
}

function wavesTooBig({ cutover, shards }: Policy): Fault[] {
  const before = cutover.waves.slice(0, -1).reduce((sum, size) => sum + size, 0);
  if (before < shards.length) return [];
  return [
    {
      path: 'cutover.waves',
      expected: `waves that leave at least one of the ${shards.length} shards to the last`,
      got: show(cutover.waves),
    },
  ];
}

function queries({ invariants, totals }: Policy): Fault[] {
  const given = [
    ...invariants.map(({ sql }, index) => [`invariants.${index}.sql`, sql] as const),
    ...totals.map(({ sql }, index) => [`totals.${index}.sql`, sql] as const),
    ...totals.flatMap(({ straddling }, index) =>
      straddling === undefined ? [] : [[`totals.${index}.straddling`, straddling] as const],
    ),
  ];
  return given.flatMap(([path, sql]) => {
    const expected = faultOfQuery(sql);
    return expected === undefined ? [] : [{ path, expected, got: show(sql) }];
  });
}

function classes({ classes }: Policy): Fault[] {
  const given = Object.entries(classes).filter(([, one]) => one !== undefined);
  if (given.length === 0) return [{ path: 'classes', expected: 'at least one class', got: '{}' }];
  const armed = given.filter(([, one]) => one.preauthorised.includes('alarm')).map(([name]) => name);
  if (armed.length < 2) return [];
  return [{ path: 'classes', expected: 'at most one class that an alarm may run', got: armed.join(' and ') }];
}

function zones({ network, residency }: Policy): Fault[] {
  return network.availabilityZones.flatMap((zone, index) =>
    residency.regions.includes(zone.slice(0, -1))
      ? []
      : [
          {
            path: `network.availabilityZones.${index}`,
            expected: `a zone in ${residency.regions.join(' or ')}`,
            got: show(zone),
          },
        ],
  );
}
