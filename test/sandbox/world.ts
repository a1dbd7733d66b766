import type { World } from '../../lib/sandbox/contract.ts';

/** A small account for tests of the sandbox. */
export const world: World = {
  account: '111122223333',
  region: 'eu-central-1',
  vpc: {
    id: 'vpc-0a1b2c3d4e5f60718',
    cidr: '10.20.0.0/16',
    subnets: [
      { id: 'subnet-0a1b2c3d4e5f60001', availabilityZone: 'eu-central-1a', cidr: '10.20.1.0/24' },
      { id: 'subnet-0a1b2c3d4e5f60002', availabilityZone: 'eu-central-1b', cidr: '10.20.2.0/24' },
    ],
  },
  securityGroups: [{ id: 'sg-0a1b2c3d4e5f6000a', name: 'app', ingress: [] }],
  hosts: [{ name: 'app', securityGroupIds: ['sg-0a1b2c3d4e5f6000a'] }],
  hostedZones: [{ id: 'Z0EXAMPLE0000000001', name: 'example.internal', private: true }],
};
