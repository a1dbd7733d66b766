import { ServiceError } from '../../contract.ts';
import { invalidValue } from '../errors.ts';
import { page } from '../paging.ts';
import { mergeTags } from '../requests.ts';
import type { FleetOperation } from './operation.ts';

const create: FleetOperation = async (fleet, input) => {
  const { DBSubnetGroupName: name, DBSubnetGroupDescription: description, SubnetIds: subnetIds } = input;
  if (!name || !description || !subnetIds?.length) {
    throw invalidValue('DBSubnetGroupName, DBSubnetGroupDescription and SubnetIds must be given.');
  }
  const group = fleet.subnetGroups.create(name, description, subnetIds);
  group.tags = mergeTags(input.Tags);
  return { DBSubnetGroup: fleet.subnetGroups.describe(group) };
};

const describe: FleetOperation = async (fleet, input) => {
  const name = input.DBSubnetGroupName;
  const all = name ? [fleet.subnetGroups.get(name)] : fleet.subnetGroups.all();
  const { items, Marker } = page(all, input);
  return { DBSubnetGroups: items.map((group) => fleet.subnetGroups.describe(group)), Marker };
};

const remove: FleetOperation = async (fleet, input) => {
  const { name } = fleet.subnetGroups.get(input.DBSubnetGroupName ?? '');
  const user = [...fleet.instances.values()].find(({ subnetGroup }) => subnetGroup === name);
  if (user) {
    throw new ServiceError(
      'InvalidDBSubnetGroupStateFault',
      `Cannot delete the subnet group '${name}' because at least one database instance: ${user.identifier} is still using it.`,
    );
  }
  fleet.subnetGroups.delete(name);
  return {};
};

export const subnetGroupOperations: Record<string, FleetOperation> = {
  CreateDBSubnetGroup: create,
  DescribeDBSubnetGroups: describe,
  DeleteDBSubnetGroup: remove,
};
