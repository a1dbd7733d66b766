import { CloudFormationService } from './cloudformation/service.ts';
import { CloudWatchService } from './cloudwatch/service.ts';
import type { SandboxContext, Service, World } from './contract.ts';
import { Ec2Service } from './ec2/service.ts';
import { EventBridgeService } from './events/service.ts';
import { IamService } from './iam/service.ts';
import { KmsService } from './kms/service.ts';
import { LambdaService } from './lambda/service.ts';
import { LogsService } from './logs/service.ts';
import type { Network } from './network/network.ts';
import { RdsService } from './rds/service.ts';
import { Route53Service } from './route53/service.ts';
import { S3Service } from './s3/service.ts';
import { SchedulerService } from './scheduler/service.ts';
import { SecretsManagerService } from './secretsmanager/service.ts';
import { ServiceQuotasService } from './servicequotas/service.ts';
import { SnsService } from './sns/service.ts';
import { SqsService } from './sqs/service.ts';
import { StepFunctionsService } from './stepfunctions/service.ts';
import { StsService } from './sts/service.ts';

export interface ServiceParts {
  context: SandboxContext;
  world: World;
  network: Network;
  endpoint: () => string;
  limits: { perFunction?: number; total?: number } | undefined;
  rds: { restoreMinutes?: number; uploadSeconds?: number } | undefined;
}

/** Every service of the sandbox, in the order of their start; they stop the other way round. */
export function createServices({ context, world, network, endpoint, limits, rds }: ServiceParts) {
  const cloudFormation = new CloudFormationService(context, {
    availabilityZones: [...new Set(world.vpc.subnets.map((subnet) => subnet.availabilityZone))],
  });
  const route53 = new Route53Service(context, network, world.hostedZones);
  const eventBridge = new EventBridgeService(context);
  const iam = new IamService(context);
  const lambda = new LambdaService(context, {
    endpoint,
    limits,
    network: { addressFor: (groups) => network.addressFor(groups), resolver: () => route53.dnsAddress },
  });
  const all: Service[] = [
    new S3Service(context),
    new KmsService(context),
    new StsService(context),
    new SecretsManagerService(context),
    iam,
    new ServiceQuotasService(context),
    new LogsService(context),
    new CloudWatchService(context),
    new SqsService(context, { endpoint }),
    new SnsService(context),
    new Ec2Service(context, network),
    new RdsService(context, network, rds),
    route53,
    lambda,
    new StepFunctionsService(context),
    eventBridge,
    new SchedulerService(context, { isBusy: (arn) => lambda.isBusy(arn) }),
    cloudFormation,
  ];
  return { all, cloudFormation, eventBridge, iam, route53 };
}

export type Services = ReturnType<typeof createServices>;
