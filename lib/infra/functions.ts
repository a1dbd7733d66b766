import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Area, areaShapes } from './areas.ts';
import type { Network } from './network.ts';

export interface AreaFunctionProps {
  area: Area;
  functionName: string;
  code: Code;
  role: IRole;
  environment: Record<string, string>;
  network: Network;
}

/** The function of one area, with its log group. */
export class AreaFunction extends Construct {
  readonly fn: LambdaFunction;

  constructor(scope: Construct, id: string, props: AreaFunctionProps) {
    super(scope, id);
    const shape = areaShapes[props.area];
    this.fn = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      description: shape.what,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code,
      role: props.role,
      timeout: Duration.seconds(shape.timeoutSeconds),
      memorySize: shape.memoryMb,
      tracing: Tracing.ACTIVE,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.INFO,
      logGroup: new LogGroup(this, 'Log', {
        logGroupName: `/aws/lambda/${props.functionName}`,
        retention: RetentionDays.ONE_YEAR,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
      ...(shape.inVpc ? { vpc: props.network.vpc, securityGroups: [props.network.functions] } : {}),
    });
  }
}
