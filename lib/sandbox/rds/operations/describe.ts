import { ServiceError } from '../../contract.ts';
import { backupsArn, describeBackups, describeInstance } from '../describe.ts';
import { invalidValue } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import type { Instance } from '../instance.ts';
import { page } from '../paging.ts';
import type { FleetOperation } from './operation.ts';

interface Filter {
  Name?: string;
  Values?: string[];
}

type Reader = (instance: Instance) => string[];

const instanceFilters: Record<string, Reader> = {
  'db-instance-id': (instance) => [instance.identifier, instance.arn],
  'dbi-resource-id': (instance) => [instance.resourceId],
  engine: () => ['postgres'],
};

const backupFilters: Record<string, Reader> = {
  'db-instance-id': (instance) => [instance.identifier, instance.arn],
  'dbi-resource-id': (instance) => [instance.resourceId],
};

/** Keeps what matches every filter; a filter matches by any of its values. */
function matching(
  instances: Instance[],
  filters: Filter[] | undefined,
  readers: Record<string, Reader>,
): Instance[] {
  return (filters ?? []).reduce((left, { Name = '', Values = [] }) => {
    const read = readers[Name];
    if (!read)
      throw invalidValue(`Unrecognized filter name: ${Name}. Known: ${Object.keys(readers).join(', ')}`);
    return left.filter((instance) => read(instance).some((value) => Values.includes(value)));
  }, instances);
}

function byIdentifier(one: Instance, other: Instance): number {
  return one.identifier < other.identifier ? -1 : 1;
}

const describeInstances: FleetOperation = async (fleet, input) => {
  const all = input.DBInstanceIdentifier
    ? [fleet.get(input.DBInstanceIdentifier)]
    : [...fleet.instances.values()].sort(byIdentifier);
  const { items, Marker } = page(matching(all, input.Filters, instanceFilters), input);
  return { DBInstances: items.map((instance) => describeInstance(fleet, instance)), Marker };
};

const describeAutomatedBackups: FleetOperation = async (fleet, input) => {
  const { DBInstanceIdentifier: identifier, DbiResourceId: resourceId } = input;
  const arn = input.DBInstanceAutomatedBackupsArn;
  const found = withBackups(fleet).filter(
    (instance) =>
      (!identifier || instance.identifier === identifier.toLowerCase()) &&
      (!resourceId || instance.resourceId === resourceId) &&
      (!arn || backupsArn(instance) === arn),
  );
  if (found.length === 0 && (identifier || resourceId || arn)) {
    throw new ServiceError(
      'DBInstanceAutomatedBackupNotFound',
      `No automated backup of ${identifier ?? resourceId ?? arn} was found.`,
      { status: 404 },
    );
  }
  const { items, Marker } = page(matching(found, input.Filters, backupFilters), input);
  return { DBInstanceAutomatedBackups: items.map((instance) => describeBackups(fleet, instance)), Marker };
};

function withBackups(fleet: Fleet): Instance[] {
  const living = [...fleet.instances.values()].filter(({ settings }) => settings.BackupRetentionPeriod);
  return [...living, ...fleet.retained.values()].sort(byIdentifier);
}

const describeEvents: FleetOperation = async (fleet, input) => {
  const now = fleet.context.clock.now().getTime();
  const start: number = input.StartTime?.getTime() ?? now - (input.Duration ?? 60) * 60_000;
  const end: number = input.EndTime?.getTime() ?? now;
  const found = fleet.events
    .all()
    .filter(
      (event) =>
        (!input.SourceIdentifier || event.SourceIdentifier === input.SourceIdentifier) &&
        (!input.SourceType || event.SourceType === input.SourceType) &&
        event.Date.getTime() >= start &&
        event.Date.getTime() <= end &&
        (!input.EventCategories?.length ||
          event.EventCategories.some((category) => input.EventCategories.includes(category))),
    );
  const { items, Marker } = page(found, input);
  return { Events: items, Marker };
};

export const describeOperations: Record<string, FleetOperation> = {
  DescribeDBInstances: describeInstances,
  DescribeDBInstanceAutomatedBackups: describeAutomatedBackups,
  DescribeEvents: describeEvents,
};
