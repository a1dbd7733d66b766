import { ServiceError } from '../../contract.ts';
import { invalidValue } from '../errors.ts';
import type { Fleet } from '../fleet.ts';
import { page } from '../paging.ts';
import type { ParameterChange, ParameterGroup } from '../parameters/groups.ts';
import { mergeTags } from '../requests.ts';
import type { FleetOperation } from './operation.ts';

function describeGroup(group: ParameterGroup) {
  return {
    DBParameterGroupName: group.name,
    DBParameterGroupFamily: group.family,
    Description: group.description,
    DBParameterGroupArn: group.arn,
  };
}

const create: FleetOperation = async (fleet, input) => {
  const { DBParameterGroupName: name, DBParameterGroupFamily: family, Description: description } = input;
  if (!name || !family || !description) {
    throw invalidValue('DBParameterGroupName, DBParameterGroupFamily and Description must be given.');
  }
  const group = fleet.parameterGroups.create(name, family, description);
  group.tags = mergeTags(input.Tags);
  return { DBParameterGroup: describeGroup(group) };
};

const modify: FleetOperation = async (fleet, input) => {
  const changes: ParameterChange[] = input.Parameters ?? [];
  const group = await fleet.parameterGroups.modify(input.DBParameterGroupName ?? '', changes);
  await applyToInstances(
    fleet,
    group,
    changes.map(({ ParameterName }) => ParameterName!),
  );
  return { DBParameterGroupName: group.name };
};

const reset: FleetOperation = async (fleet, input) => {
  const name = input.DBParameterGroupName ?? '';
  const before = fleet.parameterGroups.get(name);
  const names: string[] = input.ResetAllParameters
    ? [...before.parameters.keys()]
    : (input.Parameters ?? []).map(({ ParameterName }: ParameterChange) => ParameterName!);
  const group = fleet.parameterGroups.reset(name, names);
  await applyToInstances(fleet, group, names);
  return { DBParameterGroupName: group.name };
};

/**
 * Dynamic parameters reach the instances that run with this group at once; where one waits for a reboot,
 * the instance says so.
 */
async function applyToInstances(fleet: Fleet, group: ParameterGroup, changed: string[]): Promise<void> {
  const { parameterGroups } = fleet;
  const affected = [...fleet.instances.values()].filter(
    (instance) => instance.parameterGroup.inForce === group.name && instance.status === 'available',
  );
  const waits = changed.some((name) => parameterGroups.waitsForReboot(name, group.parameters.get(name)));
  const now = changed.filter((name) => !parameterGroups.waitsForReboot(name, group.parameters.get(name)));
  const values = parameterGroups.values(group.name);
  for (const instance of affected) {
    if (waits && instance.parameterGroup.name === group.name)
      instance.parameterGroup.status = 'pending-reboot';
    if (now.length > 0) {
      await instance.database.applyParameters(Object.fromEntries(now.map((name) => [name, values[name]])));
    }
  }
}

const describe: FleetOperation = async (fleet, input) => {
  const name = input.DBParameterGroupName;
  const all = name ? [fleet.parameterGroups.get(name)] : fleet.parameterGroups.all();
  const { items, Marker } = page(all, input);
  return { DBParameterGroups: items.map(describeGroup), Marker };
};

const describeParameters: FleetOperation = async (fleet, input) => {
  const group = fleet.parameterGroups.get(input.DBParameterGroupName ?? '');
  const own = [...group.parameters].map(([name, stored]) => ({
    ParameterName: name,
    ParameterValue: stored.value,
    ApplyMethod: stored.applyMethod,
    Source: 'user',
    IsModifiable: true,
    ...details(fleet, name),
  }));
  const engine = fleet.catalogue
    .all()
    .filter(({ name }) => !group.parameters.has(name))
    .map(({ name }) => ({
      ParameterName: name,
      Source: 'engine-default',
      IsModifiable: true,
      ApplyMethod: 'pending-reboot',
      ...details(fleet, name),
    }));
  const wanted = [...own, ...engine]
    .filter(({ Source }) => !input.Source || Source === input.Source)
    .sort((one, other) => (one.ParameterName < other.ParameterName ? -1 : 1));
  const { items, Marker } = page(wanted, input);
  return { Parameters: items, Marker };
};

function details(fleet: Fleet, name: string) {
  const known = fleet.catalogue.get(name);
  return {
    Description: known?.description,
    ApplyType: known?.applyType ?? 'dynamic',
    DataType: known?.dataType ?? 'string',
    AllowedValues: known?.allowedValues,
  };
}

const remove: FleetOperation = async (fleet, input) => {
  const { name } = fleet.parameterGroups.get(input.DBParameterGroupName ?? '');
  const user = [...fleet.instances.values()].find(({ parameterGroup }) => parameterGroup.name === name);
  if (user) {
    throw new ServiceError(
      'InvalidDBParameterGroupState',
      `One or more database instances are still members of this parameter group ${name}: ${user.identifier}`,
    );
  }
  fleet.parameterGroups.delete(name);
  return {};
};

export const parameterGroupOperations: Record<string, FleetOperation> = {
  CreateDBParameterGroup: create,
  ModifyDBParameterGroup: modify,
  ResetDBParameterGroup: reset,
  DescribeDBParameterGroups: describe,
  DescribeDBParameters: describeParameters,
  DeleteDBParameterGroup: remove,
};
