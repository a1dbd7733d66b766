import { Annotations } from 'aws-cdk-lib';
import { CfnSecurityGroupIngress, type IVpc, Peer, Port, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { Policy } from './policy.ts';

const postgresPort = 5432;
const postgres = Port.tcp(postgresPort);

/**
 * Security groups in the cluster's own VPC. The VPC is the owner's, with endpoints for S3, KMS,
 * Secrets Manager and CloudWatch in it.
 */
export class Network extends Construct {
  readonly vpc: IVpc;
  /** Of the functions that speak SQL. */
  readonly functions: SecurityGroup;
  /** Of clones: reached by the functions and the operators only, reaching nothing. */
  readonly quarantine: SecurityGroup;
  /** Of databases whose writes are frozen: as quarantine, yet told apart in a listing. */
  readonly fenced: SecurityGroup;

  constructor(scope: Construct, id: string, policy: Policy) {
    super(scope, id);
    const { network } = policy;
    this.vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: network.vpc,
      availabilityZones: network.availabilityZones,
      privateSubnetIds: network.subnets,
    });
    for (const subnet of this.vpc.privateSubnets)
      Annotations.of(subnet).acknowledgeWarning(
        '@aws-cdk/aws-ec2:noSubnetRouteTableId',
        'No route is added: the endpoints are the owner’s.',
      );
    this.functions = this.group(
      'Functions',
      `${policy.cluster}-rollback-functions`,
      'Functions of safe rollback',
    );
    this.functions.addEgressRule(Peer.anyIpv4(), postgres, 'Databases');
    this.functions.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'Endpoints of AWS services');
    for (const groupId of network.databaseSecurityGroups)
      new CfnSecurityGroupIngress(this, `Into-${groupId}`, {
        groupId,
        ipProtocol: 'tcp',
        fromPort: postgresPort,
        toPort: postgresPort,
        sourceSecurityGroupId: this.functions.securityGroupId,
        description: 'Functions of safe rollback',
      });
    const closed = {
      quarantine: 'Clones that are not live yet',
      fenced: 'Databases whose writes are frozen',
    };
    this.quarantine = this.closedGroup(
      'Quarantine',
      `${policy.cluster}-rollback-quarantine`,
      closed.quarantine,
      network.operators,
    );
    this.fenced = this.closedGroup(
      'Fenced',
      `${policy.cluster}-rollback-fenced`,
      closed.fenced,
      network.operators,
    );
  }

  private group(id: string, securityGroupName: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, {
      vpc: this.vpc,
      securityGroupName,
      description,
      allowAllOutbound: false,
    });
  }

  private closedGroup(id: string, name: string, description: string, operators: string[]): SecurityGroup {
    const group = this.group(id, name, description);
    group.addIngressRule(this.functions, postgres, 'Functions of safe rollback');
    for (const cidr of operators) group.addIngressRule(Peer.ipv4(cidr), postgres, 'Operators');
    return group;
  }
}
