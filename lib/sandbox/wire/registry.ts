/** Which SDK client knows the operations of which service: signing name → client package. */

export interface ClientPackage {
  /** Loads the package; the big ones take 0.1 s, so only when the first request comes. */
  load(): Promise<object>;
  /** The exported client class. */
  client: string;
}

export const registry: Record<string, ClientPackage> = {
  rds: { load: () => import('@aws-sdk/client-rds'), client: 'RDSClient' },
  route53: { load: () => import('@aws-sdk/client-route-53'), client: 'Route53Client' },
  s3: { load: () => import('@aws-sdk/client-s3'), client: 'S3Client' },
  kms: { load: () => import('@aws-sdk/client-kms'), client: 'KMSClient' },
  states: { load: () => import('@aws-sdk/client-sfn'), client: 'SFNClient' },
  monitoring: { load: () => import('@aws-sdk/client-cloudwatch'), client: 'CloudWatchClient' },
  logs: { load: () => import('@aws-sdk/client-cloudwatch-logs'), client: 'CloudWatchLogsClient' },
  events: { load: () => import('@aws-sdk/client-eventbridge'), client: 'EventBridgeClient' },
  scheduler: { load: () => import('@aws-sdk/client-scheduler'), client: 'SchedulerClient' },
  lambda: { load: () => import('@aws-sdk/client-lambda'), client: 'LambdaClient' },
  ec2: { load: () => import('@aws-sdk/client-ec2'), client: 'EC2Client' },
  sts: { load: () => import('@aws-sdk/client-sts'), client: 'STSClient' },
  sqs: { load: () => import('@aws-sdk/client-sqs'), client: 'SQSClient' },
  sns: { load: () => import('@aws-sdk/client-sns'), client: 'SNSClient' },
  secretsmanager: {
    load: () => import('@aws-sdk/client-secrets-manager'),
    client: 'SecretsManagerClient',
  },
  servicequotas: { load: () => import('@aws-sdk/client-service-quotas'), client: 'ServiceQuotasClient' },
  cloudformation: { load: () => import('@aws-sdk/client-cloudformation'), client: 'CloudFormationClient' },
};
