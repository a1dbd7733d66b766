import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scaledClock } from '../../../../lib/sandbox/clock.ts';
import { ServiceDirectory } from '../../../../lib/sandbox/context.ts';
import { Ec2Service } from '../../../../lib/sandbox/ec2/service.ts';
import { Network } from '../../../../lib/sandbox/network/network.ts';
import { world } from '../../../sandbox/world.ts';

let network: Network;
let context: ServiceDirectory;
const app = world.securityGroups[0]!.id;

beforeAll(async () => {
  const { account, region } = world;
  network = await Network.open(world);
  context = new ServiceDirectory({ account, region, clock: scaledClock(), directory: '', log: () => {} });
  context.register(new Ec2Service(context, network));
});
afterAll(() => network.close());

const call = (operation: string, input: unknown) => context.call('ec2', operation, input);
const port = (FromPort: number, ToPort = FromPort) => ({ IpProtocol: 'tcp', FromPort, ToPort });

async function newGroup(GroupName: string): Promise<string> {
  return (await call('CreateSecurityGroup', { GroupName, Description: 'test', VpcId: world.vpc.id })).GroupId;
}

describe('Security groups', () => {
  test('turn rules into the addresses that may reach a port', async () => {
    const GroupId = await newGroup('databases');
    expect(network.sourcesFor([GroupId], 5432)).toEqual([]);
    await call('AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions: [
        { ...port(5432), UserIdGroupPairs: [{ GroupId: app }], IpRanges: [{ CidrIp: '10.1.2.3/16' }] },
        { ...port(22), IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      ],
    });
    const host = `${network.addressOfHost('app')}/32`;
    expect(network.sourcesFor([GroupId], 5432)).toEqual(['10.1.0.0/16', host].sort());
    const lambda = await network.addressFor([app, GroupId]);
    expect(network.sourcesFor([GroupId], 5432)).toContain(`${lambda}/32`);
    expect(await network.addressFor([GroupId, app])).toBe(lambda);
  });

  test('tell of every change before the answer', async () => {
    const GroupId = await newGroup('watched');
    const seen: string[][] = [];
    const stop = network.onChange(async () => {
      seen.push(network.sourcesFor([GroupId], 5432));
    });
    const rule = { GroupId, IpPermissions: [{ ...port(5432), IpRanges: [{ CidrIp: '127.0.0.1/32' }] }] };
    await call('AuthorizeSecurityGroupIngress', rule);
    await call('RevokeSecurityGroupIngress', rule);
    stop();
    expect(seen).toEqual([['127.0.0.1/32'], []]);
  });

  test('are described as EC2 does, by filter', async () => {
    const GroupId = await newGroup('described');
    await call('AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions: [
        { ...port(5432), UserIdGroupPairs: [{ GroupId: app, Description: 'the application' }] },
      ],
    });
    const { SecurityGroups } = await call('DescribeSecurityGroups', {
      Filters: [{ Name: 'group-name', Values: ['descr*'] }],
    });
    expect(SecurityGroups).toMatchObject([
      {
        GroupId,
        VpcId: world.vpc.id,
        IpPermissions: [
          { ...port(5432), UserIdGroupPairs: [{ GroupId: app, Description: 'the application' }] },
        ],
        IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      },
    ]);
  });

  test('refuse bad requests', async () => {
    const GroupId = await newGroup('strict');
    const rule = (permission: unknown) => ({ GroupId, IpPermissions: [permission] });
    const authorize = (permission: unknown) => call('AuthorizeSecurityGroupIngress', rule(permission));
    const code = (expected: string) => expect.objectContaining({ code: expected });
    const open = { ...port(5432), IpRanges: [{ CidrIp: '10.0.0.0/8' }] };
    await authorize(open);
    await expect(authorize(open)).rejects.toEqual(code('InvalidPermission.Duplicate'));
    await expect(authorize({ ...open, IpRanges: [{ CidrIp: '10.0.0.0/33' }] })).rejects.toThrow(/malformed/);
    await expect(authorize({ ...open, IpRanges: [{ CidrIp: 'x all trust\n/8' }] })).rejects.toThrow(
      /malformed/,
    );
    await expect(authorize({ ...open, FromPort: 9, ToPort: 8 })).rejects.toThrow(/port range/);
    await expect(authorize(port(1))).rejects.toEqual(code('MissingParameter'));
    await expect(authorize({ ...port(1), UserIdGroupPairs: [{ GroupId: 'sg-0' }] })).rejects.toEqual(
      code('InvalidGroup.NotFound'),
    );
    await expect(
      call('RevokeSecurityGroupIngress', rule({ ...open, IpRanges: [{ CidrIp: '11.0.0.0/8' }] })),
    ).rejects.toEqual(code('InvalidPermission.NotFound'));
    await expect(newGroup('strict')).rejects.toEqual(code('InvalidGroup.Duplicate'));
    await expect(call('DeleteSecurityGroup', { GroupId: app })).rejects.toEqual(code('DependencyViolation'));
    await call('DeleteSecurityGroup', { GroupId });
    await expect(call('DescribeSecurityGroups', { GroupIds: [GroupId] })).rejects.toEqual(
      code('InvalidGroup.NotFound'),
    );
  });
});
