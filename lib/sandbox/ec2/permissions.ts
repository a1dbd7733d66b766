import { isIPv4 } from 'node:net';
import type { IpPermission } from '@aws-sdk/client-ec2';
import { ServiceError } from '../contract.ts';
import type { Rule } from '../network/security-group.ts';

/** EC2's form of rules to ours: one rule for each peer of each permission. */
export function parsePermissions(permissions: IpPermission[], knownGroup: (id: string) => boolean): Rule[] {
  return permissions.flatMap((permission) => {
    const base = parsePorts(permission);
    const ranges = (permission.IpRanges ?? []).map(({ CidrIp = '', Description }) => ({
      ...base,
      cidr: parseCidr(CidrIp),
      description: Description,
    }));
    const groups = (permission.UserIdGroupPairs ?? []).map(({ GroupId = '', Description }) => {
      if (!knownGroup(GroupId)) {
        throw new ServiceError('InvalidGroup.NotFound', `The security group '${GroupId}' does not exist`);
      }
      return { ...base, groupId: GroupId, description: Description };
    });
    if (permission.Ipv6Ranges?.length || permission.PrefixListIds?.length) {
      throw new ServiceError('NotImplemented', 'The sandbox has neither IPv6 ranges nor prefix lists.', {
        status: 501,
      });
    }
    if (ranges.length + groups.length === 0) {
      throw new ServiceError(
        'MissingParameter',
        'Either CidrIp or a source security group must be specified.',
      );
    }
    return [...ranges, ...groups];
  });
}

/** Our rules to EC2's form, those with the same protocol and ports together. */
export function describePermissions(rules: Rule[], account: string): IpPermission[] {
  const byPorts = Map.groupBy(rules, ({ protocol, fromPort, toPort }) => `${protocol}/${fromPort}/${toPort}`);
  return [...byPorts.values()].map((same) => {
    const { protocol, fromPort, toPort } = same[0]!;
    return {
      IpProtocol: protocol,
      ...(protocol !== '-1' && { FromPort: fromPort, ToPort: toPort }),
      IpRanges: same
        .filter(({ cidr }) => cidr)
        .map(({ cidr, description }) => ({ CidrIp: cidr, Description: description })),
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: same
        .filter(({ groupId }) => groupId)
        .map(({ groupId, description }) => ({ GroupId: groupId, UserId: account, Description: description })),
    };
  });
}

function parsePorts(permission: IpPermission): Pick<Rule, 'protocol' | 'fromPort' | 'toPort'> {
  const { IpProtocol: protocol, FromPort: fromPort, ToPort: toPort } = permission;
  if (!protocol) throw new ServiceError('MissingParameter', 'IpProtocol must be specified.');
  if (protocol === '-1' || protocol === 'all') return { protocol: '-1', fromPort: -1, toPort: -1 };
  if (!['tcp', 'udp', 'icmp', '6', '17', '1'].includes(protocol)) {
    throw new ServiceError('InvalidParameterValue', `Invalid value '${protocol}' for protocol.`);
  }
  const name = { 6: 'tcp', 17: 'udp', 1: 'icmp' }[protocol] ?? protocol;
  if (fromPort === undefined || toPort === undefined) {
    throw new ServiceError('MissingParameter', `FromPort and ToPort must be specified for ${name}.`);
  }
  const isRange = name === 'icmp' || (0 <= fromPort && fromPort <= toPort && toPort <= 65_535);
  if (!isRange) {
    throw new ServiceError('InvalidParameterValue', `Invalid TCP/UDP port range (${fromPort}:${toPort})`);
  }
  return { protocol: name, fromPort, toPort };
}

function parseCidr(cidr: string): string {
  const [address = '', bits = ''] = cidr.split('/');
  const length = Number(bits);
  if (!isIPv4(address) || !/^\d{1,2}$/.test(bits) || length > 32) {
    throw new ServiceError('InvalidParameterValue', `CIDR block ${cidr} is malformed`);
  }
  const number = address.split('.').reduce((value, octet) => value * 256 + Number(octet), 0);
  const size = 2 ** (32 - length);
  const start = Math.floor(number / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${length}`;
}
