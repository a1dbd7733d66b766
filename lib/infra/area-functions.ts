import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type Area, areaShapes, areas, longestFunctionTimeoutSeconds } from './areas.ts';
import { bundleAreas } from './bundles.ts';
import type { Evidence } from './evidence.ts';
import { AreaFunction } from './functions.ts';
import type { Network } from './network.ts';
import type { PolicyAsset } from './policy-asset.ts';
import { commonStatements } from './roles/common.ts';
import { areaStatements } from './roles/index.ts';
import type { Scope } from './roles/scope.ts';
import { acknowledgeWildcards } from './wildcards.ts';

export interface AreaFunctionsProps {
  scope: Scope;
  policyAsset: PolicyAsset;
  evidence: Evidence;
  network: Network;
  controlBucketName: string;
  compositeAlarmName: string;
}

/** One function and one role per area; roles are what keeps the areas apart. */
export class AreaFunctions extends Construct {
  readonly byArea: Record<Area, LambdaFunction>;
  private readonly props: AreaFunctionsProps;

  constructor(scope: Construct, id: string, props: AreaFunctionsProps) {
    super(scope, id);
    this.props = props;
    const code = bundleAreas(areas);
    const functions = areas.map((area) => {
      const functionName = this.nameOf(area);
      const { fn } = new AreaFunction(this, area, {
        area,
        functionName,
        code: code(area),
        role: this.role(area, functionName),
        environment: this.environment(area),
        network: props.network,
      });
      return [area, fn] as const;
    });
    this.byArea = Object.fromEntries(functions) as Record<Area, LambdaFunction>;
  }

  private nameOf(area: Area): string {
    return `${this.props.scope.policy.cluster}-rollback-${area}`;
  }

  private role(area: Area, functionName: string): Role {
    const { scope, policyAsset, evidence } = this.props;
    const statements = [
      ...commonStatements(area, scope, {
        logGroupArn: `arn:${scope.partition}:logs:${scope.region}:${scope.account}:log-group:/aws/lambda/${functionName}`,
        signingKeyArn: evidence.keys[areaShapes[area].duty].keyArn,
      }),
      policyAsset.read,
      ...areaStatements[area](scope),
    ];
    const role = new Role(this, `${area}Role`, {
      roleName: functionName,
      description: areaShapes[area].what,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { [area]: new PolicyDocument({ statements }) },
    });
    acknowledgeWildcards(role, statements);
    return role;
  }

  private environment(area: Area): Record<string, string> {
    const { scope, policyAsset, evidence, controlBucketName } = this.props;
    const { duty } = areaShapes[area];
    return {
      CLUSTER: scope.policy.cluster,
      POLICY_URI: policyAsset.uri,
      POLICY_SHA256: policyAsset.sha256,
      CONTROL_BUCKET: controlBucketName,
      EVIDENCE_BUCKET: evidence.bucketName,
      EVIDENCE_ORIGIN: evidence.origin,
      SIGNING_KEY_ARN: evidence.keys[duty].keyArn,
      SIGNING_DUTY: duty,
      SIGNING_KEY_NAME: evidence.keys[duty].name,
      TOPIC_ARN: scope.topicArn,
      // Node does not know RDS's certificate authorities; Lambda has them in a file.
      ...(areaShapes[area].inVpc && scope.policy.connection?.tls !== 'off'
        ? { NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' }
        : {}),
      ...this.ownEnvironment(area),
    };
  }

  private ownEnvironment(area: Area): Record<string, string> {
    const { scope, network, compositeAlarmName } = this.props;
    const closing = {
      QUARANTINE_SECURITY_GROUP: network.quarantine.securityGroupId,
      QUARANTINE_PARAMETER_GROUP: scope.quarantineParameterGroup,
      FENCED_SECURITY_GROUP: network.fenced.securityGroupId,
    };
    switch (area) {
      case 'trigger':
        return {
          ROLLBACK_MACHINE_ARN: scope.rollbackMachineArn,
          RECOVER_MACHINE_ARN: scope.recoverMachineArn,
          COMPOSITE_ALARM_NAME: compositeAlarmName,
        };
      case 'restore':
        return closing;
      case 'plan':
        return { ...closing, LONGEST_FUNCTION_TIMEOUT_SECONDS: String(longestFunctionTimeoutSeconds) };
      default:
        return {};
    }
  }
}
