import { randomBytes } from 'node:crypto';
import type { SecurityGroup as DescribedGroup, Filter, IpPermission } from '@aws-sdk/client-ec2';
import { type Operation, type SandboxContext, type Service, ServiceError } from '../contract.ts';
import type { Network } from '../network/network.ts';
import { type Rule, type SecurityGroup, sameRule } from '../network/security-group.ts';
import { matching } from './filters.ts';
import { describePermissions, parsePermissions } from './permissions.ts';
import { describeInterfaces, describeSubnets, describeVpcs } from './vpc.ts';

const everywhere: Rule = { protocol: '-1', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' };

/**
 * EC2 as far as databases and functions need it: security groups, and the VPC they are in. A change of
 * ingress rules is in force, at every database, when its answer arrives.
 */
export class Ec2Service implements Service {
  readonly name = 'ec2';
  readonly operations: Record<string, Operation> = {
    CreateSecurityGroup: (input) => this.#create(input),
    DescribeSecurityGroups: (input) => this.#describe(input),
    DeleteSecurityGroup: (input) => this.#delete(input),
    AuthorizeSecurityGroupIngress: (input) => this.#authorize(input, 'ingress'),
    AuthorizeSecurityGroupEgress: (input) => this.#authorize(input, 'egress'),
    RevokeSecurityGroupIngress: (input) => this.#revoke(input, 'ingress'),
    RevokeSecurityGroupEgress: (input) => this.#revoke(input, 'egress'),
    DescribeVpcs: async (input) => describeVpcs(this.#network, input),
    DescribeSubnets: async (input) => describeSubnets(this.#network, input),
    DescribeNetworkInterfaces: async (input) => describeInterfaces(this.#network, input),
  };
  readonly #context: SandboxContext;
  readonly #network: Network;

  constructor(context: SandboxContext, network: Network) {
    this.#context = context;
    this.#network = network;
  }

  async #create(input: {
    GroupName?: string;
    Description?: string;
    VpcId?: string;
    TagSpecifications?: { ResourceType?: string; Tags?: { Key: string; Value: string }[] }[];
  }) {
    const { GroupName: name, Description: description, VpcId: vpcId = this.#network.vpc.id } = input;
    if (!name || !description) {
      throw new ServiceError('MissingParameter', 'GroupName and Description must be specified.');
    }
    if (name.startsWith('sg-')) {
      throw new ServiceError('InvalidParameterValue', 'Group names may not be in the format sg-*.');
    }
    if (vpcId !== this.#network.vpc.id) {
      throw new ServiceError('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`);
    }
    if ([...this.#network.groups.values()].some((group) => group.name === name)) {
      throw new ServiceError(
        'InvalidGroup.Duplicate',
        `The security group '${name}' already exists for VPC '${vpcId}'`,
      );
    }
    const tags = (input.TagSpecifications ?? []).flatMap(({ Tags }) => Tags ?? []);
    const id = `sg-0${randomBytes(8).toString('hex')}`;
    this.#network.groups.set(id, { id, name, description, vpcId, ingress: [], egress: [everywhere], tags });
    return { GroupId: id, Tags: tags, SecurityGroupArn: this.#arn(id) };
  }

  async #describe(input: { GroupIds?: string[]; GroupNames?: string[]; Filters?: Filter[] }) {
    const ids = input.GroupIds?.map((id) => this.#get(id).id);
    const groups = [...this.#network.groups.values()].filter(
      ({ id, name }) =>
        (!ids?.length || ids.includes(id)) && (!input.GroupNames?.length || input.GroupNames.includes(name)),
    );
    const found = matching(groups, input.Filters, {
      'group-id': ({ id }) => [id],
      'group-name': ({ name }) => [name],
      'vpc-id': ({ vpcId }) => [vpcId],
      description: ({ description }) => [description],
      tag: ({ tags }) => tags,
    });
    return { SecurityGroups: found.map((group) => this.#describeGroup(group)) };
  }

  #describeGroup(group: SecurityGroup): DescribedGroup {
    const { account } = this.#context;
    return {
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      VpcId: group.vpcId,
      OwnerId: account,
      SecurityGroupArn: this.#arn(group.id),
      IpPermissions: describePermissions(group.ingress, account),
      IpPermissionsEgress: describePermissions(group.egress, account),
      Tags: group.tags,
    };
  }

  async #delete(input: { GroupId?: string }) {
    const { id, name } = this.#get(input.GroupId);
    if (name === 'default') {
      throw new ServiceError(
        'CannotDelete',
        `the specified group: "${id}" name: "default" cannot be deleted by a user`,
      );
    }
    const user = this.#network.interfaces().find(({ securityGroupIds }) => securityGroupIds.includes(id));
    const referrer = [...this.#network.groups.values()].find(
      (group) => group.id !== id && [...group.ingress, ...group.egress].some(({ groupId }) => groupId === id),
    );
    if (user || referrer) {
      throw new ServiceError('DependencyViolation', `resource ${id} has a dependent object`);
    }
    this.#network.groups.delete(id);
    return { Return: true, GroupId: id };
  }

  async #authorize(input: { GroupId?: string; IpPermissions?: IpPermission[] }, side: 'ingress' | 'egress') {
    const group = this.#get(input.GroupId);
    const rules = this.#rules(input);
    const known = rules.find((rule) => group[side].some((other) => sameRule(rule, other)));
    if (known) {
      throw new ServiceError(
        'InvalidPermission.Duplicate',
        `the specified rule "peer: ${known.cidr ?? known.groupId}, ${known.protocol.toUpperCase()}, from port: ${known.fromPort}, to port: ${known.toPort}, ALLOW" already exists`,
      );
    }
    group[side].push(...rules);
    await this.#network.changed();
    return { Return: true, SecurityGroupRules: [] };
  }

  async #revoke(input: { GroupId?: string; IpPermissions?: IpPermission[] }, side: 'ingress' | 'egress') {
    const group = this.#get(input.GroupId);
    const rules = this.#rules(input);
    if (!rules.every((rule) => group[side].some((other) => sameRule(rule, other)))) {
      throw new ServiceError(
        'InvalidPermission.NotFound',
        'The specified rule does not exist in this security group.',
      );
    }
    group[side] = group[side].filter((rule) => !rules.some((other) => sameRule(rule, other)));
    await this.#network.changed();
    return { Return: true };
  }

  #rules(input: { IpPermissions?: IpPermission[] }): Rule[] {
    if (!input.IpPermissions?.length) {
      throw new ServiceError('MissingParameter', 'The sandbox expects the rules in IpPermissions.');
    }
    return parsePermissions(input.IpPermissions, (id) => this.#network.groups.has(id));
  }

  #get(id: string | undefined): SecurityGroup {
    const found = this.#network.groups.get(id ?? '');
    if (!found) throw new ServiceError('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
    return found;
  }

  #arn(id: string): string {
    return `arn:aws:ec2:${this.#context.region}:${this.#context.account}:security-group/${id}`;
  }
}
