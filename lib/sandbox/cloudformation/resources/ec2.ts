import { randomBytes } from 'node:crypto';
import type { ResourceRequest, ResourceType } from '../resource-type.ts';

const securityGroup: ResourceType = {
  type: 'AWS::EC2::SecurityGroup',
  honoured: ['GroupName', 'GroupDescription', 'VpcId', 'SecurityGroupIngress', 'SecurityGroupEgress', 'Tags'],
  async create({ properties, name, call }) {
    const { GroupId } = await call('ec2', 'CreateSecurityGroup', {
      GroupName: name(properties.GroupName),
      Description: properties.GroupDescription,
      VpcId: properties.VpcId,
      ...(properties.Tags && {
        TagSpecifications: [{ ResourceType: 'security-group', Tags: properties.Tags }],
      }),
    });
    for (const rule of properties.SecurityGroupIngress ?? []) {
      await call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId, IpPermissions: [permission(rule)] });
    }
    if (properties.SecurityGroupEgress !== undefined) {
      // A new group lets everything out; a template that lists rules means only those.
      const everything = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
      await call('ec2', 'RevokeSecurityGroupEgress', { GroupId, IpPermissions: everything });
      for (const rule of properties.SecurityGroupEgress) {
        await call('ec2', 'AuthorizeSecurityGroupEgress', { GroupId, IpPermissions: [permission(rule)] });
      }
    }
    return { id: GroupId, attributes: { GroupId, Id: GroupId, VpcId: properties.VpcId } };
  },
};

function ruleType(direction: 'Ingress' | 'Egress', peer: string): ResourceType {
  return {
    type: `AWS::EC2::SecurityGroup${direction}`,
    honoured: ['GroupId', 'IpProtocol', 'FromPort', 'ToPort', 'CidrIp', 'Description', peer],
    async create({ properties, call }: ResourceRequest) {
      const { GroupId } = properties;
      await call('ec2', `AuthorizeSecurityGroup${direction}`, {
        GroupId,
        IpPermissions: [permission(properties)],
      });
      const id = `sgr-0${randomBytes(8).toString('hex')}`;
      return { id, attributes: { Id: id } };
    },
  };
}

/** A rule as the API has it: the peer is an address range or another group. */
function permission(rule: Record<string, any>) {
  const group = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
  const Description = rule.Description;
  if (group === undefined && rule.CidrIp === undefined) {
    throw new Error(`A rule’s peer must be CidrIp or a security group, got ${JSON.stringify(rule)}`);
  }
  return {
    IpProtocol: String(rule.IpProtocol),
    ...(rule.FromPort !== undefined && { FromPort: Number(rule.FromPort), ToPort: Number(rule.ToPort) }),
    ...(group === undefined
      ? { IpRanges: [{ CidrIp: rule.CidrIp, Description }] }
      : { UserIdGroupPairs: [{ GroupId: group, Description }] }),
  };
}

const endpointReason = 'functions in the VPC reach the sandbox’s services directly';

const vpcEndpoint: ResourceType = {
  type: 'AWS::EC2::VPCEndpoint',
  honoured: [],
  withoutEffect: Object.fromEntries(
    [
      'ServiceName',
      'VpcId',
      'VpcEndpointType',
      'RouteTableIds',
      'SubnetIds',
      'SecurityGroupIds',
      'PrivateDnsEnabled',
      'PolicyDocument',
      'Tags',
    ].map((property) => [property, endpointReason]),
  ),
  async create() {
    const id = `vpce-0${randomBytes(8).toString('hex')}`;
    return { id, attributes: { Id: id } };
  },
};

export default [
  securityGroup,
  ruleType('Ingress', 'SourceSecurityGroupId'),
  ruleType('Egress', 'DestinationSecurityGroupId'),
  vpcEndpoint,
];
