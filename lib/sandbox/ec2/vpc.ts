import type { Filter } from '@aws-sdk/client-ec2';
import { ServiceError } from '../contract.ts';
import type { Network } from '../network/network.ts';
import { matching } from './filters.ts';

export function describeVpcs(network: Network, input: { VpcIds?: string[]; Filters?: Filter[] }) {
  const { vpc } = network;
  const unknown = input.VpcIds?.find((id) => id !== vpc.id);
  if (unknown) throw new ServiceError('InvalidVpcID.NotFound', `The vpc ID '${unknown}' does not exist`);
  const found = matching([vpc], input.Filters, { 'vpc-id': ({ id }) => [id] });
  return {
    Vpcs: found.map(({ id, cidr }) => ({
      VpcId: id,
      CidrBlock: cidr,
      State: 'available',
      IsDefault: false,
    })),
  };
}

export function describeSubnets(network: Network, input: { SubnetIds?: string[]; Filters?: Filter[] }) {
  const { vpc } = network;
  const unknown = input.SubnetIds?.find((id) => !vpc.subnets.some((subnet) => subnet.id === id));
  if (unknown) {
    throw new ServiceError('InvalidSubnetID.NotFound', `The subnet ID '${unknown}' does not exist`);
  }
  const found = matching(
    vpc.subnets.filter(({ id }) => !input.SubnetIds?.length || input.SubnetIds.includes(id)),
    input.Filters,
    {
      'vpc-id': () => [vpc.id],
      'subnet-id': ({ id }) => [id],
      'availability-zone': ({ availabilityZone }) => [availabilityZone],
    },
  );
  return {
    Subnets: found.map(({ id, cidr, availabilityZone }) => ({
      SubnetId: id,
      VpcId: vpc.id,
      CidrBlock: cidr,
      AvailabilityZone: availabilityZone,
      State: 'available',
    })),
  };
}

export function describeInterfaces(
  network: Network,
  input: { NetworkInterfaceIds?: string[]; Filters?: Filter[] },
) {
  const wanted = input.NetworkInterfaceIds;
  const found = matching(
    network.interfaces().filter(({ id }) => !wanted?.length || wanted.includes(id)),
    input.Filters,
    {
      'group-id': ({ securityGroupIds }) => securityGroupIds,
      description: ({ description }) => [description],
    },
  );
  return {
    NetworkInterfaces: found.map(({ id, description, address, securityGroupIds }) => ({
      NetworkInterfaceId: id,
      Description: description,
      PrivateIpAddress: address,
      Status: 'in-use',
      VpcId: network.vpc.id,
      Groups: securityGroupIds.map((group) => ({
        GroupId: group,
        GroupName: network.groups.get(group)?.name,
      })),
    })),
  };
}
