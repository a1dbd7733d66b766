import { ServiceError, type World } from '../contract.ts';
import { subnetGroupNotFound } from './errors.ts';
import type { Tag } from './instance.ts';

export interface SubnetGroup {
  name: string;
  description: string;
  arn: string;
  subnetIds: string[];
  tags: Tag[];
}

/** The account's DB subnet groups over the subnets of its VPC; `default` has them all. */
export class SubnetGroups {
  readonly #vpc: World['vpc'];
  readonly #arnPrefix: string;
  readonly #groups = new Map<string, SubnetGroup>();

  constructor(vpc: World['vpc'], options: { account: string; region: string }) {
    this.#vpc = vpc;
    this.#arnPrefix = `arn:aws:rds:${options.region}:${options.account}:subgrp:`;
    const all = vpc.subnets.map(({ id }) => id);
    this.#store('default', 'default', all);
  }

  all(): SubnetGroup[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get(name: string): SubnetGroup {
    const found = this.#groups.get(name.toLowerCase());
    if (!found) throw subnetGroupNotFound(name);
    return found;
  }

  create(name: string, description: string, subnetIds: string[]): SubnetGroup {
    if (this.#groups.has(name.toLowerCase())) {
      throw new ServiceError('DBSubnetGroupAlreadyExists', `The DB subnet group '${name}' already exists.`);
    }
    const unknown = subnetIds.find((id) => !this.#vpc.subnets.some((subnet) => subnet.id === id));
    if (unknown) throw new ServiceError('InvalidSubnet', `The subnet ID '${unknown}' does not exist`);
    if (new Set(subnetIds.map((id) => this.zoneOf(id))).size < 2) {
      throw new ServiceError(
        'DBSubnetGroupDoesNotCoverEnoughAZs',
        'The DB subnet group must cover at least two Availability Zones.',
      );
    }
    return this.#store(name.toLowerCase(), description, subnetIds);
  }

  delete(name: string): void {
    this.get(name);
    this.#groups.delete(name.toLowerCase());
  }

  zoneOf(subnetId: string): string | undefined {
    return this.#vpc.subnets.find((subnet) => subnet.id === subnetId)?.availabilityZone;
  }

  /** As DescribeDBSubnetGroups and DescribeDBInstances show it. */
  describe(group: SubnetGroup) {
    return {
      DBSubnetGroupName: group.name,
      DBSubnetGroupDescription: group.description,
      DBSubnetGroupArn: group.arn,
      VpcId: this.#vpc.id,
      SubnetGroupStatus: 'Complete',
      Subnets: group.subnetIds.map((id) => ({
        SubnetIdentifier: id,
        SubnetAvailabilityZone: { Name: this.zoneOf(id) },
        SubnetStatus: 'Active',
      })),
      SupportedNetworkTypes: ['IPV4'],
    };
  }

  #store(name: string, description: string, subnetIds: string[]): SubnetGroup {
    const group: SubnetGroup = { name, description, arn: this.#arnPrefix + name, subnetIds, tags: [] };
    this.#groups.set(name, group);
    return group;
  }
}
